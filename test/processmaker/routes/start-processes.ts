import { createHash } from 'node:crypto';
import type { ProcessRow, UserRow } from '../database/rows';
import { collection, pageOf, type Page } from '../http/collection';
import { ApiError } from '../http/errors';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import { processOrder } from '../processes/order';
import { allowedEvents, manualEvents, processIncludes, processRelations } from '../processes/present';
import { hasEventDefinition, processJson } from '../serializers/process';
import type { Json } from '../types';
import { ok, type Route } from './route';

const startable: Route = {
  method: 'GET',
  path: '/start_processes',
  handle({ instance, user, query }) {
    const tag = etag(instance, user);
    const { include, page } = readQuery(query, tag);
    const processes = activeProcesses(instance, query).filter((process) =>
      isStartable(instance, process, user, query),
    );
    const first = (page.number - 1) * page.size;
    const rows = processes
      .slice(first, first + page.size)
      .map((process) => presentProcess(instance, process, user, include));
    return { ...ok(collection(rows, processes.length, page, query)), etag: tag };
  },
};

/** What this list cannot read it refuses under the same tag. */
function readQuery(query: Query, tag: string): { include: string[]; page: Page } {
  try {
    processOrder(query);
    return { include: processIncludes(query), page: pageOf(query) };
  } catch (error) {
    if (error instanceof ApiError) error.headers['ETag'] = `"${tag}"`;
    throw error;
  }
}

/** Every process that could be started at all. The real server works them all out, whatever page is asked for. */
function activeProcesses({ database }: Instance, query: Query): ProcessRow[] {
  const pattern = `%${query.search().toLowerCase()}%`;
  return database.query<ProcessRow>(
    `SELECT p.* FROM processes p JOIN process_categories c ON c.id = p.process_category_id
     LEFT JOIN users u ON u.id = p.user_id
     WHERE p.status = 'ACTIVE' AND c.status = 'ACTIVE'
     AND (lower(p.name) LIKE ? OR lower(p.description) LIKE ? OR lower(c.name) LIKE ?)
     ORDER BY ${processOrder(query)}`,
    [pattern, pattern, pattern],
  );
}

function isStartable(instance: Instance, process: ProcessRow, user: UserRow, query: Query): boolean {
  if (manualEvents(instance, process, user).length === 0) return false;
  if (query.text('without_event_definitions') !== 'true') return true;
  return allowedEvents(instance, process, user).some((event) => !hasEventDefinition(event));
}

function presentProcess(instance: Instance, process: ProcessRow, user: UserRow, include: string[]): Json {
  return {
    ...processJson(process),
    startEvents: manualEvents(instance, process, user),
    ...processRelations(instance, process, include),
    events: allowedEvents(instance, process, user),
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
