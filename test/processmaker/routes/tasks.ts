import { asPhpValue } from '../data/normalise';
import { sanitiseTaskData } from '../data/sanitise';
import type { SqlValue } from '../database/connection';
import type { TokenRow, UserRow } from '../database/rows';
import { collection, pageOf } from '../http/collection';
import { ApiError, notFound, serverError, unauthorized } from '../http/errors';
import type { Query } from '../http/query';
import { completeToken } from '../requests/progress';
import { findToken } from '../requests/store';
import { taskJson } from '../serializers/task';
import type { JsonObject } from '../types';
import { ok, type Route } from './route';

const FILTERS = ['process_request_id', 'status', 'user_id', 'process_id', 'element_id'];

const list: Route = {
  method: 'GET',
  path: '/tasks',
  handle({ instance, user, query }) {
    const { sql, values } = conditions(user, query);
    const page = pageOf(query);
    const [total] = instance.database.query<{ count: number }>(
      `SELECT count(*) AS count FROM process_request_tokens WHERE ${sql}`,
      values,
    );
    const tasks = instance.database.query<TokenRow>(
      `SELECT * FROM process_request_tokens WHERE ${sql} ORDER BY id LIMIT ? OFFSET ?`,
      [...values, page.size, (page.number - 1) * page.size],
    );
    return ok(collection(tasks.map(taskJson), total?.count ?? 0, page, query));
  },
};

function conditions(user: UserRow, query: Query): { sql: string; values: SqlValue[] } {
  const parts = [`element_type IN ('task', 'userTask', 'manualTask')`];
  const values: SqlValue[] = [];
  for (const name of FILTERS.filter((filter) => query.has(filter))) {
    parts.push(`${name} = ?`);
    values.push(query.text(name));
  }
  if (user.is_administrator !== 1) {
    parts.push('user_id = ?');
    values.push(user.id);
  }
  return { sql: parts.join(' AND '), values };
}

function taskFor(task: TokenRow | undefined, user: UserRow): TokenRow {
  if (task === undefined) throw notFound();
  if (task.user_id !== user.id && user.is_administrator !== 1) throw unauthorized();
  return task;
}

const show: Route = {
  method: 'GET',
  path: '/tasks/{id}',
  handle: ({ instance, user, id }) => ok(taskJson(taskFor(findToken(instance, id), user))),
};

const complete: Route = {
  method: 'PUT',
  path: '/tasks/{id}',
  async handle({ instance, user, id, data }) {
    const task = taskFor(findToken(instance, id), user);
    if (data['status'] !== 'COMPLETED') throw new ApiError(422, { message: '' });
    if (task.status === 'CLOSED') throw new ApiError(422, { message: 'Task already closed' });
    if (typeof data['data'] !== 'object' || data['data'] === null) throw serverError();
    const values = asPhpValue(sanitiseTaskData(data['data']));
    await completeToken(instance, id, (Array.isArray(values) ? {} : values) as JsonObject);
    return ok(taskJson(taskFor(findToken(instance, id), user)));
  },
};

/** Tasks. */
export const taskRoutes: Route[] = [list, show, complete];
