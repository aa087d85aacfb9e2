import { createHash } from 'node:crypto';
import type { CategoryRow, ProcessRow, UserRow } from '../database/rows';
import { collection, pageOf } from '../http/collection';
import { serverError } from '../http/errors';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import { mayStart } from '../requests/access';
import { findUser } from '../requests/store';
import { categoryJson, hasEventDefinition, processJson, startEventsOf } from '../serializers/process';
import { userJson } from '../serializers/user';
import type { Json, JsonObject } from '../types';
import { ok, type Route } from './route';

const INCLUDES = ['category', 'categories', 'user', 'events'];

const ORDER_COLUMNS: Readonly<Record<string, string>> = {
  id: 'p.id',
  name: 'p.name COLLATE NOCASE',
  description: 'p.description COLLATE NOCASE',
  status: 'p.status',
  created_at: 'p.created_at',
  updated_at: 'p.updated_at',
  'category.name': 'c.name COLLATE NOCASE',
  'user.firstname': 'u.firstname COLLATE NOCASE',
  'user.username': 'u.username COLLATE NOCASE',
};

const startable: Route = {
  method: 'GET',
  path: '/start_processes',
  handle({ instance, user, query }) {
    const include = query.list('include');
    if (include.some((name) => !INCLUDES.includes(name))) throw serverError();
    const page = pageOf(query);
    const processes = activeProcesses(instance, query).filter((process) => isStartable(process, user, query));
    const first = (page.number - 1) * page.size;
    const rows = processes
      .slice(first, first + page.size)
      .map((process) => presentProcess(instance, process, user, include));
    return { ...ok(collection(rows, processes.length, page, query)), etag: etag(instance, user) };
  },
};

/** Every process that could be started at all. The real server works them all out, whatever page is asked for. */
function activeProcesses({ database }: Instance, query: Query): ProcessRow[] {
  const columns = (query.has('order_by') ? query.text('order_by') : 'name').split(',');
  const directions = query.text('order_direction').split(',');
  const order = columns.map((name, index) => {
    const column = ORDER_COLUMNS[name];
    const direction = (directions[index] || 'asc').toLowerCase();
    if (column === undefined || !['asc', 'desc'].includes(direction)) throw serverError();
    return `${column} ${direction}`;
  });
  const pattern = `%${query.text('filter').toLowerCase()}%`;
  return database.query<ProcessRow>(
    `SELECT p.* FROM processes p JOIN process_categories c ON c.id = p.process_category_id
     LEFT JOIN users u ON u.id = p.user_id
     WHERE p.status = 'ACTIVE' AND c.status = 'ACTIVE'
     AND (lower(p.name) LIKE ? OR lower(p.description) LIKE ? OR lower(c.name) LIKE ?)
     ORDER BY ${order.join(', ')}`,
    [pattern, pattern, pattern],
  );
}

function allowedEvents(process: ProcessRow, user: UserRow): JsonObject[] {
  return startEventsOf(process).filter((event) =>
    mayStart(user, [event as { id: string; assignedUsers?: string }]),
  );
}

/** Timers and web entries are not for hands. */
function manualEvents(process: ProcessRow, user: UserRow): JsonObject[] {
  return allowedEvents(process, user).filter(
    (event) => !hasEventDefinition(event, 'timerEventDefinition') && !isWebEntry(event),
  );
}

function isWebEntry(event: JsonObject): boolean {
  if (typeof event['config'] !== 'string') return false;
  const config = JSON.parse(event['config']) as { web_entry?: unknown } | null;
  return config?.web_entry !== undefined && config.web_entry !== null;
}

function isStartable(process: ProcessRow, user: UserRow, query: Query): boolean {
  if (manualEvents(process, user).length === 0) return false;
  if (query.text('without_event_definitions') !== 'true') return true;
  return allowedEvents(process, user).some((event) => !hasEventDefinition(event));
}

function presentProcess(instance: Instance, process: ProcessRow, user: UserRow, include: string[]): Json {
  const category = instance.database.get<CategoryRow>('SELECT * FROM process_categories WHERE id = ?', [
    process.process_category_id,
  ]);
  const owner = findUser(instance, process.user_id);
  const categoryValue = category === undefined ? null : categoryJson(category);
  return {
    ...processJson(process),
    startEvents: manualEvents(process, user),
    ...(include.includes('category') ? { category: categoryValue } : {}),
    ...(include.includes('categories') ? { categories: categoryValue === null ? [] : [categoryValue] } : {}),
    ...(include.includes('user') ? { user: owner === undefined ? null : userJson(owner) } : {}),
    events: allowedEvents(process, user),
  };
}

/** The real ETag knows the user and the last change of a process, and nothing of the query. */
function etag({ database }: Instance, user: UserRow): string {
  const row = database.get<{ state: string }>(
    `SELECT count(*) || '/' || coalesce(max(updated_at), '') AS state FROM processes`,
  );
  return createHash('md5').update(`${user.id}/${row?.state}`).digest('hex');
}

/** Processes that a user may start. */
export const startProcessRoutes: Route[] = [startable];
