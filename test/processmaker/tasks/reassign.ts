import type { TokenRow } from '../database/rows';
import { serverError } from '../http/errors';
import type { Instance } from '../instance';
import { findRequest, findToken, findUser, requestData, saveData, updateToken } from '../requests/store';
import { userJson } from '../serializers/user';
import type { Json } from '../types';

/**
 * Gives a task to another user. A server without the package for it says 200 and changes nothing but the time of the
 * last change; a task that nobody has taken yet can always be given.
 */
export function reassignTask(instance: Instance, task: TokenRow, userId: Json): TokenRow {
  const user = findUser(instance, Number(userId));
  if (user === undefined) throw serverError();
  const isOffered = task.user_id === null && task.is_self_service === 1 && task.status === 'ACTIVE';
  // A task that nobody could be given, or that was done before anybody took it.
  if (task.user_id === null && !isOffered) throw serverError();
  updateToken(
    instance,
    task.id,
    instance.reassigns || isOffered ? { user_id: user.id, is_self_service: 0 } : {},
  );
  const request = findRequest(instance, task.process_request_id);
  // The data names the user even where the task has not changed hands.
  if (request !== undefined)
    saveData(instance, request.id, { ...requestData(request), _user: userJson(user) });
  const reassigned = findToken(instance, task.id);
  if (reassigned === undefined) throw serverError();
  return reassigned;
}
