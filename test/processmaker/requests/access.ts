import { hasPermission } from '../auth';
import type { RequestRow, UserRow } from '../database/rows';
import type { Instance } from '../instance';
import type { Sql } from '../pmql/compare';

const SEES_ALL = ['view-all_requests', 'edit-request_data'];

const TOOK_PART =
  'EXISTS (SELECT 1 FROM process_request_tokens t WHERE t.process_request_id = process_requests.id AND t.user_id = ?)';

/** A task waits that the user may take. */
const MAY_TAKE_PART =
  `EXISTS (SELECT 1 FROM process_request_tokens t, json_each(t.self_service_groups, '$.users') u ` +
  `WHERE t.process_request_id = process_requests.id AND t.status = 'ACTIVE' AND t.is_self_service = 1 AND u.value = ?)`;

/** Which Requests a user finds in lists; undefined: all of them. */
export function visibleTo(instance: Instance, user: UserRow): Sql | undefined {
  if (hasPermission(instance, user, ...SEES_ALL)) return undefined;
  return { sql: `user_id = ? OR ${TOOK_PART} OR ${MAY_TAKE_PART}`, values: [user.id, user.id, user.id] };
}

/** Whether a user may open a Request. */
export function maySee(instance: Instance, user: UserRow, request: RequestRow): boolean {
  const condition = visibleTo(instance, user);
  if (condition === undefined) return true;
  const rows = instance.database.query(`SELECT 1 FROM process_requests WHERE id = ? AND (${condition.sql})`, [
    request.id,
    ...condition.values,
  ]);
  return rows.length > 0;
}

/** Whether a Request is a user's own, or the user took part in it, or is an administrator: seeing it is not enough. */
export function mayParticipate(instance: Instance, user: UserRow, request: RequestRow): boolean {
  if (user.is_administrator === 1) return true;
  const rows = instance.database.query(
    `SELECT 1 FROM process_requests WHERE id = ? AND (user_id = ? OR ${TOOK_PART})`,
    [request.id, user.id, user.id],
  );
  return rows.length > 0;
}

/** Whether a user may trigger a start event; without one: any of the process's. */
export function mayStart(
  user: UserRow,
  startEvents: { id: string; assignedUsers?: string }[],
  event?: string,
): boolean {
  if (user.is_administrator === 1) return true;
  return startEvents.some(
    ({ id, assignedUsers = '' }) =>
      (event === undefined || id === event) && assignedUsers.split(',').includes(String(user.id)),
  );
}
