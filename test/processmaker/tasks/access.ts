import type { TokenRow, UserRow } from '../database/rows';
import { notFound, unauthorized } from '../http/errors';
import type { Instance } from '../instance';
import type { Sql } from '../pmql/compare';
import { offeredTo } from '../requests/access';
import { findToken } from '../requests/store';

/** The tasks of a user and those that the user may take; undefined: all of them. `t` is the task. */
export function tasksOf(user: UserRow): Sql | undefined {
  if (user.is_administrator === 1) return undefined;
  const { sql, values } = offeredTo(user.id);
  return { sql: `t.user_id = ? OR (t.status = 'ACTIVE' AND ${sql})`, values: [user.id, ...values] };
}

/** What a user has, and what is offered to that user; `t` is the task. */
export function heldOrOffered(userId: number): Sql {
  const { sql, values } = offeredTo(userId);
  return { sql: `t.user_id = ? OR (${sql})`, values: [userId, ...values] };
}

/** The task of that id, for a user who may open it. */
export function taskFor(instance: Instance, id: number, user: UserRow): TokenRow {
  const task = findToken(instance, id);
  if (task === undefined) throw notFound();
  if (user.is_administrator === 1) return task;
  const mine = heldOrOffered(user.id);
  const rows = instance.database.query(
    `SELECT 1 FROM process_request_tokens t WHERE t.id = ? AND (${mine.sql})`,
    [id, ...mine.values],
  );
  if (rows.length === 0) throw unauthorized();
  return task;
}
