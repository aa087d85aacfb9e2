import type { SqlValue } from '../database/connection';
import type { TokenRow, UserRow } from '../database/rows';
import type { Page } from '../http/collection';
import { ApiError, serverError } from '../http/errors';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import type { Sql } from '../pmql/compare';
import { parsePmql, PmqlSyntaxError } from '../pmql/parse';
import { jsonSql, toSql } from '../pmql/sql';
import { TASK_DIALECT } from '../pmql/task-dialect';
import { pmqlContext } from '../requests/list';
import { findUser } from '../requests/store';
import { heldOrOffered, tasksOf } from './access';

const TABLES = 'process_request_tokens t JOIN process_requests r ON r.id = t.process_request_id';

const TASKS_ONLY: Sql = { sql: `t.element_type IN ('task', 'userTask', 'manualTask')`, values: [] };

/** Parameters that name a column, whose value must be the same. */
const FILTERS = ['process_request_id', 'status', 'process_id', 'element_id', 'element_name'];

/** The whole data counts as one text: names of fields and the requester's profile too. */
const PLACES = ['t.element_name', 'r.name', 'r.case_title', 'json_text(r.data)'];

/** The conditions of `GET /tasks`. */
export function taskConditions(instance: Instance, user: UserRow, query: Query): Sql {
  const statuses = query.list('statusfilter');
  const conditions = [
    isTrue(query.text('all_tasks')) ? undefined : TASKS_ONLY,
    tasksOf(user),
    ...FILTERS.filter((name) => query.has(name)).map((name) => ({
      sql: `CAST(t.${name} AS TEXT) = ? COLLATE NOCASE`,
      values: [query.text(name)],
    })),
    query.has('user_id') ? ofUser(instance, query.text('user_id')) : undefined,
    statuses.length === 0
      ? undefined
      : { sql: `t.status IN (${statuses.map(() => '?').join(', ')})`, values: statuses },
    query.text('filter') === '' ? undefined : textFilter(query.text('filter')),
    query.text('pmql') === '' ? undefined : pmqlCondition(instance, user, query.text('pmql')),
  ].filter((condition) => condition !== undefined);
  return {
    sql: ['1', ...conditions.map(({ sql }) => `(${sql})`)].join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** The parameter `user_id`: what the user has, and what is offered to that user. An unknown one breaks the server. */
function ofUser(instance: Instance, userId: string): Sql {
  const user = findUser(instance, Number(userId));
  if (user === undefined) throw serverError();
  return heldOrOffered(user.id);
}

const isTrue = (text: string): boolean => ['1', 'true', 'on', 'yes'].includes(text.toLowerCase());

function textFilter(text: string): Sql {
  const pattern = `%${text.toLowerCase()}%`;
  const places = [...PLACES.map((place) => `lower(${place})`), 'CAST(t.id AS TEXT)'];
  return {
    sql: places.map((place) => `${place} LIKE ? ESCAPE '\\'`).join(' OR '),
    values: places.map(() => pattern),
  };
}

/** Unlike on Requests, what is no PMQL breaks the server. */
function pmqlCondition(instance: Instance, user: UserRow, pmql: string): Sql {
  try {
    return toSql(TASK_DIALECT, parsePmql(pmql), pmqlContext(instance, user));
  } catch (error) {
    throw error instanceof PmqlSyntaxError ? serverError() : error;
  }
}

/** How many tasks there are, and how many of them should have been done by now. */
export function countTasks(instance: Instance, { sql, values }: Sql): { total: number; overdue: number } {
  const [row] = instance.database.query<{ total: number; overdue: number }>(
    `SELECT count(*) AS total, coalesce(sum(t.status = 'ACTIVE' AND t.due_at < ?), 0) AS overdue
     FROM ${TABLES} WHERE ${sql}`,
    [instance.sqlNow(), ...values],
  );
  return row ?? { total: 0, overdue: 0 };
}

/** One page of tasks, the one that was changed first before the others where no order is asked for. */
export function listTasks(instance: Instance, { sql, values }: Sql, query: Query, page: Page): TokenRow[] {
  const limits: SqlValue[] = [page.size, (page.number - 1) * page.size];
  return instance.database.query<TokenRow>(
    `SELECT t.* FROM ${TABLES} WHERE ${sql} ORDER BY ${ordering(query)}, t.id LIMIT ? OFFSET ?`,
    [...values, ...limits],
  );
}

function ordering(query: Query): string {
  const direction = (query.has('order_direction') ? query.text('order_direction') : 'asc').toLowerCase();
  if (direction !== 'asc' && direction !== 'desc') throw serverError();
  try {
    const name = query.has('order_by') ? query.text('order_by') : 'updated_at';
    const [column = '', ...path] = name.split('.');
    if (path.length > 0) return `${jsonSql(TASK_DIALECT, column, path)} ${direction}`;
    const { sql, type } = TASK_DIALECT.column(column);
    return `${sql}${type === 'text' ? ' COLLATE NOCASE' : ''} ${direction}`;
  } catch (error) {
    throw error instanceof ApiError ? serverError() : error;
  }
}
