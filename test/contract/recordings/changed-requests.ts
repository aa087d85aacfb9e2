import type { JsonObject } from '../../processmaker';
import type { UserRow } from '../../processmaker/database/rows';
import type { Instance } from '../../processmaker/instance';
import { completeToken, startRequest } from '../../processmaker/requests/progress';
import {
  activeTokens,
  findProcess,
  findRequest,
  findUser,
  insertToken,
} from '../../processmaker/requests/store';
import { notedEvent, notedStatus } from './note';
import type { Recording } from './recording';
import { storeRequest } from './shown-requests';
import { giveId } from './started-tasks';

const LIMITED = 3;
const ADMINISTRATOR = 1;
/** The processes with an event that waits, by its kind, and one with a task. */
const WAITING_PROCESSES = { message: 13, signal: 19, timer: 30 };
const TASK_PROCESS = 2;

/** Ids that were made up so that there is nothing behind them. */
const isMadeUp = (id: number): boolean => /^9{5,}$/.test(String(id));

/** The Request that a call changes, cancels, retries or deletes. */
export function storeRequestToChange(
  instance: Instance,
  user: UserRow,
  id: number,
  recording: Recording,
): void {
  const { response } = recording;
  if (response.status === 404) return;
  const { message } = (response.json ?? {}) as { message?: unknown };
  const isForeign = response.status === 403 && message === 'This action is unauthorized.';
  const owner = isForeign && user.id === LIMITED ? ADMINISTRATOR : LIMITED;
  storeRequest(instance, { id, status: statusBefore(recording), user_id: owner }, {}, []);
  storeFailedElements(instance, id, Array.isArray(message) ? message.map(String) : []);
}

/** The status that a Request must have had for the response. */
function statusBefore(recording: Recording): string {
  const { request, response } = recording;
  const noted = notedStatus(recording);
  if (noted !== undefined) return noted;
  if (response.status === 422) return 'ACTIVE';
  const { status } = bodyOf(request.body);
  return request.path.endsWith('/retry') || (status === 'COMPLETED' && response.status === 204)
    ? 'ERROR'
    : 'ACTIVE';
}

function bodyOf(text: string | null): JsonObject {
  try {
    return JSON.parse(text ?? '{}') as JsonObject;
  } catch {
    return {};
  }
}

/** The elements that a response retries: `Retrying ScriptTask (node_4) for Request::17`. */
function storeFailedElements(instance: Instance, requestId: number, messages: string[]): void {
  const request = findRequest(instance, requestId);
  if (request === undefined) return;
  for (const message of messages) {
    const [, type, elementId] = /^Retrying (\w+) \((\w+)\)/.exec(message) ?? [];
    if (type === undefined || elementId === undefined) continue;
    insertToken(instance, request, {
      element_id: elementId,
      element_type: type.charAt(0).toLowerCase() + type.slice(1),
      element_name: type,
      status: 'FAILING',
      user_id: null,
    });
  }
}

/** A Request at an event that waits, or that has passed it where the response finds nothing to trigger. */
export async function storeRequestWithEvent(
  instance: Instance,
  id: number,
  recording: Recording,
): Promise<void> {
  if (isMadeUp(id)) return;
  const { status } = recording.response;
  const process = findProcess(
    instance,
    status === 423 ? TASK_PROCESS : WAITING_PROCESSES[notedEvent(recording)],
  );
  const user = findUser(instance, LIMITED);
  if (process === undefined || user === undefined) throw new Error('The stand-in lacks a process or a user.');
  const started = await startRequest(instance, { process, startEvent: 'node_1', user, data: {} });
  giveId(instance, started, id);
  const [token] = activeTokens(instance, id);
  if (status === 404 && token !== undefined) await completeToken(instance, token.id, {});
}
