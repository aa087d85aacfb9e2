import type { RequestRow } from '../database/rows';
import type { FlowElement } from '../flow/definition';
import type { Instance } from '../instance';

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

/** Who gets a task; null: whoever takes it (self service). */
export function assignee(instance: Instance, element: FlowElement, request: RequestRow): number | null {
  const users = userIds(element);
  switch (element.properties['assignment'] ?? 'requester') {
    case 'self_service':
      return null;
    case 'user':
    case 'user_group': {
      const user = users[tasksSoFar(instance, element, request) % Math.max(users.length, 1)];
      if (user === undefined) throw new AssignmentError();
      return user;
    }
    case 'process_manager':
      throw new AssignmentError();
    default:
      return request.user_id;
  }
}

/** The users of a task take turns. */
function tasksSoFar({ database }: Instance, element: FlowElement, request: RequestRow): number {
  const { assignedUsers = '' } = element.properties;
  if (!assignedUsers.includes(',')) return 0;
  const row = database.get<{ count: number }>(
    'SELECT count(*) AS count FROM process_request_tokens WHERE process_id = ? AND element_id = ?',
    [request.process_id, element.id],
  );
  return row?.count ?? 0;
}
