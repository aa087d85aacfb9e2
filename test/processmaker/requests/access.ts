import { hasPermission } from '../auth';
import type { RequestRow, UserRow } from '../database/rows';
import type { Instance } from '../instance';
import type { Sql } from '../pmql/compare';

const SEES_ALL = ['view-all_requests', 'edit-request_data'];

const TOOK_PART =
  'EXISTS (SELECT 1 FROM process_request_tokens t WHERE t.process_request_id = process_requests.id AND t.user_id = ?)';

/** Whether a task (`t`) is offered to a user, or to a group that the user is in. */
export function offeredTo(userId: number): Sql {
  return {
    sql:
      `t.user_id IS NULL AND t.is_self_service = 1 AND (` +
      `EXISTS (SELECT 1 FROM json_each(t.self_service_groups, '$.users') u WHERE CAST(u.value AS INTEGER) = ?) ` +
      `OR EXISTS (SELECT 1 FROM json_each(t.self_service_groups, '$.groups') g ` +
      `JOIN group_members m ON m.group_id = CAST(g.value AS INTEGER) WHERE m.user_id = ?))`,
    values: [userId, userId],
  };
}

/** Which Requests a user finds in lists; undefined: all of them. */
export function visibleTo(instance: Instance, user: UserRow): Sql | undefined {
  if (hasPermission(instance, user, ...SEES_ALL)) return undefined;
  const offered = offeredTo(user.id);
  const mayTakePart =
    'EXISTS (SELECT 1 FROM process_request_tokens t WHERE t.process_request_id = process_requests.id ' +
    `AND t.status = 'ACTIVE' AND ${offered.sql})`;
  return {
    sql: `user_id = ? OR ${TOOK_PART} OR ${mayTakePart}`,
    values: [user.id, user.id, ...offered.values],
  };
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

/** A start event with those who may trigger it: ids, separated by commas. */
export interface StartEvent {
  id: string;
  assignedUsers?: string;
  assignedGroups?: string;
}

/** Whether a user may trigger a start event; without one: any of the process's. */
export function mayStart(
  instance: Instance,
  user: UserRow,
  startEvents: StartEvent[],
  event?: string,
): boolean {
  if (user.is_administrator === 1) return true;
  const groups = instance.database
    .all<{ id: number }>('SELECT group_id AS id FROM group_members WHERE user_id = ?', [user.id])
    .map(({ id }) => String(id));
  return startEvents.some(
    ({ id, assignedUsers = '', assignedGroups = '' }) =>
      (event === undefined || id === event) &&
      (assignedUsers.split(',').includes(String(user.id)) ||
        assignedGroups.split(',').some((group) => groups.includes(group))),
  );
}
