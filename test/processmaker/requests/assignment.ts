import type { RequestRow } from '../database/rows';
import type { FlowElement } from '../flow/definition';
import type { Instance } from '../instance';
import { findRequest, findUser, requestData } from './store';
import { filledIn } from './timer';

/** A task that nobody can be given. */
export class AssignmentError extends Error {
  constructor() {
    super('Task cannot be assigned since there is no Process Manager associated to the process.');
  }
}

/** The users that a task names. */
export function userIds(element: FlowElement): number[] {
  return (element.properties['assignedUsers'] ?? '')
    .split(',')
    .filter((id) => /^\d+$/.test(id))
    .map(Number);
}

/** The groups that a task names, as the API shows them. */
export function groupIds(element: FlowElement): string[] {
  return (element.properties['assignedGroups'] ?? '').split(',').filter((id) => id !== '');
}

function members({ database }: Instance, groups: string[]): number[] {
  return groups.flatMap((group) =>
    database
      .all<{ id: number }>('SELECT user_id AS id FROM group_members WHERE group_id = ? ORDER BY user_id', [
        Number(group),
      ])
      .map(({ id }) => id),
  );
}

/** Whether whoever of the users and groups wants to may take a task. */
function isSelfService(element: FlowElement): boolean {
  const { assignment, config = '' } = element.properties;
  if (assignment === 'self_service') return true;
  return config !== '' && (JSON.parse(config) as { selfService?: boolean }).selfService === true;
}

/** Those among whom a task is given out, in the order of their turns. */
export function candidates(instance: Instance, element: FlowElement): number[] {
  return [...userIds(element), ...members(instance, groupIds(element))];
}

/** Who gets a task; null: whoever takes it (self service). */
export function assignee(instance: Instance, element: FlowElement, request: RequestRow): number | null {
  if (isSelfService(element)) return null;
  const users = candidates(instance, element);
  switch (element.properties['assignment'] ?? 'requester') {
    case 'user':
    case 'user_group': {
      const turn = users.length > 1 ? tasksSoFar(instance, element, request) : 0;
      const user = users[turn % Math.max(users.length, 1)];
      if (user === undefined) throw new AssignmentError();
      return user;
    }
    case 'user_by_id': {
      const user = userInVariable(instance, element, request);
      if (user === undefined) throw new AssignmentError();
      return user;
    }
    case 'process_manager':
      throw new AssignmentError();
    default:
      return request.user_id;
  }
}

/** The user whose id a variable holds; without one the process manager gets it, whom no process here has. */
function userInVariable(instance: Instance, element: FlowElement, { id }: RequestRow): number | undefined {
  const request = findRequest(instance, id);
  const data = request ? requestData(request) : {};
  const userId = Number(filledIn(element.properties['assignedUsers'] ?? '', data));
  return findUser(instance, userId)?.id;
}

/** The users of a task take turns. */
function tasksSoFar({ database }: Instance, element: FlowElement, request: RequestRow): number {
  const row = database.get<{ count: number }>(
    'SELECT count(*) AS count FROM process_request_tokens WHERE process_id = ? AND element_id = ?',
    [request.process_id, element.id],
  );
  return row?.count ?? 0;
}
