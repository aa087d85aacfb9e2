import type { SqlValue } from '../database/connection';
import type { RequestRow, UserRow } from '../database/rows';
import { amongEquals } from '../database/ties';
import type { Page } from '../http/collection';
import { ApiError, serverError } from '../http/errors';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import { REQUEST_COLUMNS } from '../pmql/columns';
import type { PmqlContext, Sql } from '../pmql/compare';
import { parsePmql, PmqlSyntaxError, type Term } from '../pmql/parse';
import { REQUEST_DIALECT } from '../pmql/request-dialect';
import { orderPath, toSql } from '../pmql/sql';
import { visibleTo } from './access';
import { textFilter } from './filter';
import { checkSortMemory } from './sort-memory';

/** The conditions of `GET /requests`. */
export function requestConditions(instance: Instance, user: UserRow, query: Query): Sql {
  const conditions = [
    visibleTo(instance, user),
    typeCondition(instance, user, query.text('type')),
    query.search() === '' ? undefined : textFilter(query.search()),
    query.text('pmql') === '' ? undefined : pmqlCondition(instance, user, query.text('pmql')),
  ].filter((condition) => condition !== undefined);
  if (conditions.length === 0) return { sql: '1', values: [] };
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

function typeCondition(instance: Instance, user: UserRow, type: string): Sql | undefined {
  switch (type) {
    case 'started_me':
      return { sql: `user_id = ? AND status NOT IN ('COMPLETED', 'CANCELED')`, values: [user.id] };
    case 'in_progress':
      return { sql: `status = 'ACTIVE'`, values: [] };
    case 'completed':
      return { sql: `status = 'COMPLETED'`, values: [] };
    case 'all':
      // The real server drops the user's own condition but not its values, and breaks.
      if (visibleTo(instance, user) !== undefined) throw serverError();
      return undefined;
    default:
      return undefined;
  }
}

function pmqlCondition(instance: Instance, user: UserRow, pmql: string): Sql {
  let terms: Term[];
  try {
    terms = parsePmql(pmql);
  } catch (error) {
    if (!(error instanceof PmqlSyntaxError)) throw error;
    throw new ApiError(400, { message: 'Your PMQL contains invalid syntax.' });
  }
  return toSql(REQUEST_DIALECT, terms, pmqlContext(instance, user));
}

/** What a PMQL query of a user depends on. */
export function pmqlContext(instance: Instance, user: UserRow): PmqlContext {
  return {
    timezone: user.timezone,
    askingUserId: user.id,
    now: instance.now(),
    userId: (username) =>
      instance.database.get<{ id: number }>('SELECT id FROM users WHERE username = ? COLLATE NOCASE', [
        username,
      ])?.id,
  };
}

/** How many Requests there are. */
export function countRequests(instance: Instance, { sql, values }: Sql): number {
  const rows = instance.database.query<{ count: number }>(
    `SELECT count(*) AS count FROM process_requests WHERE ${sql}`,
    values,
  );
  return rows[0]?.count ?? 0;
}

/** One page of Requests; an order for which the database has no memory is 500. */
export function listRequests(
  instance: Instance,
  { sql, values }: Sql,
  query: Query,
  page: Page,
): RequestRow[] {
  checkSortMemory(instance, { sql, values }, query, page);
  const limits: SqlValue[] = [page.size, (page.number - 1) * page.size];
  return instance.database.query<RequestRow>(
    `SELECT * FROM process_requests WHERE ${sql} ORDER BY ${ordering(instance, query)} LIMIT ? OFFSET ?`,
    [...values, ...limits],
  );
}

const STATUS_ORDER = `instr('ACTIVE COMPLETED ERROR CANCELED', status)`;

function ordering(instance: Instance, query: Query): string {
  const direction = (query.has('order_direction') ? query.text('order_direction') : 'asc').toLowerCase();
  if (direction !== 'asc' && direction !== 'desc') throw serverError();
  const ids = amongEquals(instance, 'id', direction);
  const [column = '', ...path] = (query.has('order_by') ? query.text('order_by') : 'name').split(/\.|->/);
  if (path.length > 0) {
    if (REQUEST_COLUMNS[column.toLowerCase()] !== 'json') throw serverError();
    return `${orderPath(column, path)} ${direction}, ${amongEquals(instance, 'id', 'asc')}`;
  }
  // The database keeps statuses by their numbers.
  if (column.toLowerCase() === 'status') return `${STATUS_ORDER} ${direction}, ${ids}`;
  const type = REQUEST_COLUMNS[column.toLowerCase()];
  if (type === undefined) throw serverError();
  return `${column}${type === 'text' ? ' COLLATE NOCASE' : ''} ${direction}, ${ids}`;
}
