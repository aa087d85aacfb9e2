import { hasPermission } from '../auth';
import type { SqlValue } from '../database/connection';
import type { TokenRow, UserRow } from '../database/rows';
import type { Page } from '../http/collection';
import { serverError } from '../http/errors';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import type { Sql } from '../pmql/compare';
import { parsePmql, PmqlSyntaxError } from '../pmql/parse';
import { toSql } from '../pmql/sql';
import { TASK_DIALECT } from '../pmql/task-dialect';
import { pmqlContext } from '../requests/list';
import { findUser } from '../requests/store';
import { heldOrOffered, tasksOf } from './access';
import { textFilter } from './filter';
import { ordering } from './order';

const TABLES =
  'process_request_tokens t JOIN process_requests r ON r.id = t.process_request_id ' +
  'JOIN processes p ON p.id = t.process_id';

const TASKS_ONLY: Sql = { sql: `t.element_type IN ('task', 'userTask', 'manualTask')`, values: [] };

/** Parameters that name a column, whose value must be the same. */
const FILTERS = ['process_request_id', 'status', 'process_id', 'element_id', 'element_name'];

/** The conditions of `GET /tasks`. */
export function taskConditions(instance: Instance, user: UserRow, query: Query): Sql {
  const statuses = query.list('statusfilter').map((status) => status.trim().toUpperCase());
  const conditions = [
    isTrue(query.text('all_tasks')) ? undefined : TASKS_ONLY,
    hasPermission(instance, user, 'view-all_requests') ? undefined : tasksOf(user),
    ...FILTERS.filter((name) => query.has(name)).map((name) => columnFilter(query, name)),
    query.has('user_id') ? ofUser(instance, query.text('user_id')) : undefined,
    statuses.length === 0
      ? undefined
      : { sql: `t.status IN (${statuses.map(() => '?').join(', ')})`, values: statuses },
    query.text('overdue') === '' ? undefined : { sql: 't.due_at < ?', values: [instance.sqlNow()] },
    query.search() === '' ? undefined : textFilter(query.search()),
    query.text('pmql') === '' ? undefined : pmqlCondition(instance, user, query.text('pmql')),
  ].filter((condition) => condition !== undefined);
  return {
    sql: ['1', ...conditions.map(({ sql }) => `(${sql})`)].join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** Most of them break the server without a value. Tasks of sub-processes are those of the Request when asked for. */
function columnFilter(query: Query, name: string): Sql {
  const value = query.text(name);
  if (value === '' && name !== 'process_request_id') throw serverError();
  const sql = `CAST(t.${name} AS TEXT) = ? COLLATE NOCASE`;
  if (name !== 'process_request_id' || query.text('include_sub_tasks') === '')
    return { sql, values: [value] };
  return { sql: `${sql} OR r.parent_request_id = ?`, values: [value, Number(value)] };
}

/** The parameter `user_id`: what the user has, and what is offered to that user. An unknown one breaks the server. */
function ofUser(instance: Instance, userId: string): Sql {
  const user = findUser(instance, Number(userId));
  if (user === undefined) throw serverError();
  return heldOrOffered(user.id);
}

const isTrue = (text: string): boolean => ['1', 'true', 'on', 'yes'].includes(text.toLowerCase());

/** Unlike on Requests, what is no PMQL breaks the server. */
function pmqlCondition(instance: Instance, user: UserRow, pmql: string): Sql {
  try {
    return toSql(TASK_DIALECT, parsePmql(pmql), pmqlContext(instance, user));
  } catch (error) {
    throw error instanceof PmqlSyntaxError ? serverError() : error;
  }
}

/** How many tasks there are. */
export function countTasks(instance: Instance, { sql, values }: Sql): number {
  const [row] = instance.database.query<{ total: number }>(
    `SELECT count(*) AS total FROM ${TABLES} WHERE ${sql}`,
    values,
  );
  return row?.total ?? 0;
}

/** How many tasks of a page should be done by now, or should have been. */
export function countOverdue(instance: Instance, tasks: TokenRow[]): number {
  const now = instance.sqlNow();
  return tasks.filter(({ due_at: due }) => due !== null && due < now).length;
}

/** One page of tasks, the one that was changed first before the others where no order is asked for. */
export function listTasks(instance: Instance, { sql, values }: Sql, query: Query, page: Page): TokenRow[] {
  const limits: SqlValue[] = [page.size, (page.number - 1) * page.size];
  return instance.database.query<TokenRow>(
    `SELECT t.* FROM ${TABLES} WHERE ${sql} ORDER BY ${ordering(instance, query)} LIMIT ? OFFSET ?`,
    [...values, ...limits],
  );
}
