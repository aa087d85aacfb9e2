import { setTimeout } from 'node:timers/promises';
import { asPhpValue } from '../data/normalise';
import { sanitiseTaskData } from '../data/sanitise';
import type { TokenRow } from '../database/rows';
import { ApiError, serverError } from '../http/errors';
import type { Instance } from '../instance';
import { failRequest } from '../requests/finish';
import { completeToken } from '../requests/progress';
import { findRequest } from '../requests/store';
import type { Json, JsonObject } from '../types';

/** What can be completed; events cannot. */
const ACTIVITIES = ['task', 'userTask', 'manualTask', 'scriptTask', 'serviceTask', 'callActivity'];

/** What the engine says of each completion that comes too late; it names no element. */
const COMPLETED_TWICE =
  'ProcessMaker\\Jobs\\CompleteActivity::action(): Argument #1 ($token) must be of type ' +
  'ProcessMaker\\Models\\ProcessRequestToken, null given, called in ' +
  '/var/www/html/vendor/laravel/framework/src/Illuminate/Container/BoundMethod.php on line 36';

/**
 * Completes a task. Callers that come while one of them is being served are all told that it worked; with a real
 * queue the second one breaks the Request.
 */
export async function completeTask(
  instance: Instance,
  task: TokenRow,
  data: Json | undefined,
): Promise<void> {
  if (task.status === 'CLOSED') throw new ApiError(422, { message: 'Task already closed' });
  if (typeof data !== 'object' || data === null) throw serverError();
  await setTimeout(instance.changeMs);
  if (!ACTIVITIES.includes(task.element_type)) return breakRequest(instance, task);
  const values = asPhpValue(sanitiseTaskData(data));
  const wasOpen = await completeToken(
    instance,
    task.id,
    (Array.isArray(values) ? { ...values } : values) as JsonObject,
  );
  if (!wasOpen && instance.queue === 'redis') breakRequest(instance, task);
}

function breakRequest(instance: Instance, task: TokenRow): void {
  if (findRequest(instance, task.process_request_id) !== undefined)
    failRequest(instance, task.process_request_id, COMPLETED_TWICE);
}
