import type { Connection } from '../../../transport/connection';
import { inputFailure, type Failure, type Result } from '../../../transport/failure';
import { apiPath, callApiPatiently } from '../../../transport/request';
import { asText, isObject } from '../../../guards';
import { aboutTask, isApiTask, readTask, type ApiTask } from '../../../api/tasks/tasks';

/**
 * Gives a Task to another user: `PUT /api/1.0/tasks/{id}` with `{"user_id":…}`, which is 200 also when ProcessMaker
 * leaves the Task with its user, and 500 for an unknown user.
 *
 * @param before the Task as it was read before
 * @returns the Task as it is then
 */
export async function reassignTask(
  connection: Connection,
  before: ApiTask,
  userId: number,
): Promise<Result<ApiTask>> {
  const { id } = before;
  if (before.status === 'CLOSED') {
    return inputFailure(
      `Task ${id} is already completed, so that it cannot be reassigned`,
      'Only a Task in progress can be given to another user.',
    );
  }
  if (before.user_id === userId) return { ok: true, value: before };
  const call = await callApiPatiently(connection, {
    method: 'PUT',
    path: apiPath('1.0', 'tasks', id),
    body: JSON.stringify({ user_id: userId }),
  });
  if (call.ok && isApiTask(call.value)) {
    const after = { ...before, ...call.value };
    return after.user_id === userId
      ? { ok: true, value: after }
      : { ok: false, failure: notChanged(after, userId) };
  }
  const failure = call.ok ? NO_TASK : call.failure;
  if (failure.delivery === 'notProcessed') return { ok: false, failure: aboutTask(failure, id) };
  const after = await readTask(connection, id);
  if (after.ok && after.value.user_id === userId) return after;
  const isRefused = after.ok && failure.kind === 'serverError';
  return { ok: false, failure: isRefused ? notReassigned(failure, id, userId) : failure };
}

function notChanged({ id, user_id: userId, user }: ApiTask, wantedId: number): Failure {
  const name = isObject(user) && user.id === userId ? `${asText(user.fullname)} (${asText(userId)})` : '';
  const who = name || (userId === null ? 'nobody' : `user ${asText(userId)}`);
  return {
    kind: 'invalid',
    message: `ProcessMaker accepted the call, but did not give Task ${id} to user ${wantedId}: it is still assigned to ${who}`,
    description:
      "Some editions of ProcessMaker cannot reassign Tasks, and the Task's element can forbid it ('Allow Reassignment' in the designer). Try it on the Task's page in ProcessMaker, or ask an administrator.",
    delivery: 'notProcessed',
  };
}

function notReassigned(failure: Failure, id: number, userId: number): Failure {
  return {
    ...failure,
    message: `ProcessMaker could not give Task ${id} to user ${userId} and gave no reason (HTTP status 500)`,
    description: `Most often there is no user ${userId}: check 'User'. The Task was not reassigned.`,
    delivery: 'notProcessed',
  };
}

const NO_TASK: Failure = {
  kind: 'foreignAnswer',
  message: 'The answer is not that of ProcessMaker to the reassignment of a Task',
  description: "Check the 'Instance URL' of the credential.",
  delivery: 'unknown',
};
