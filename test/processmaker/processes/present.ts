import type { CategoryRow, ProcessRow, UserRow } from '../database/rows';
import { serverError } from '../http/errors';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import { mayStart, type StartEvent } from '../requests/access';
import { findUser } from '../requests/store';
import { categoryJson, hasEventDefinition, startEventsOf } from '../serializers/process';
import { userJson } from '../serializers/user';
import type { JsonObject } from '../types';

const INCLUDES = ['category', 'categories', 'user', 'events'];

/** What a caller wants with each process; an unknown one breaks the real server: 500. */
export function processIncludes(query: Query): string[] {
  const include = query.list('include');
  if (include.some((name) => !INCLUDES.includes(name))) throw serverError();
  return include;
}

/** The category and the owner, where they are asked for. */
export function processRelations(instance: Instance, process: ProcessRow, include: string[]): JsonObject {
  const row = instance.database.get<CategoryRow>('SELECT * FROM process_categories WHERE id = ?', [
    process.process_category_id,
  ]);
  const category = row === undefined ? null : categoryJson(row);
  const owner = findUser(instance, process.user_id);
  return {
    ...(include.includes('category') ? { category } : {}),
    ...(include.includes('categories') ? { categories: category === null ? [] : [category] } : {}),
    ...(include.includes('user') ? { user: owner === undefined ? null : userJson(owner) } : {}),
  };
}

/** The start events that a user may trigger. */
export function allowedEvents(instance: Instance, process: ProcessRow, user: UserRow): JsonObject[] {
  return startEventsOf(process).filter((event) => mayStart(instance, user, [event as unknown as StartEvent]));
}

/** Those of them that are for hands: no timers, no web entries. */
export function manualEvents(instance: Instance, process: ProcessRow, user: UserRow): JsonObject[] {
  return allowedEvents(instance, process, user).filter(
    (event) => !hasEventDefinition(event, 'timerEventDefinition') && !isWebEntry(event),
  );
}

function isWebEntry(event: JsonObject): boolean {
  if (typeof event['config'] !== 'string') return false;
  const config = JSON.parse(event['config']) as { web_entry?: unknown } | null;
  return config?.web_entry !== undefined && config.web_entry !== null;
}
