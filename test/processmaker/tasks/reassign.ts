import type { TokenRow } from '../database/rows';
import { serverError } from '../http/errors';
import type { Instance } from '../instance';
import { findToken, findUser, updateToken } from '../requests/store';
import type { Json } from '../types';

/**
 * Gives a task to another user. A server without the package for it says 200 and changes nothing but the time of the
 * last change; a task that nobody has taken yet can always be given.
 */
export function reassignTask(instance: Instance, task: TokenRow, userId: Json): TokenRow {
  const user = findUser(instance, Number(userId));
  if (user === undefined) throw serverError();
  const changes = instance.reassigns || task.user_id === null;
  updateToken(instance, task.id, changes ? { user_id: user.id, is_self_service: 0 } : {});
  const reassigned = findToken(instance, task.id);
  if (reassigned === undefined) throw serverError();
  return reassigned;
}
