import type { Instance } from '../../processmaker/instance';
import { completeToken, startRequest } from '../../processmaker/requests/progress';
import { activeTokens, findProcess, findUser } from '../../processmaker/requests/store';
import type { Recording } from './recording';
import { storeRequest } from './shown-requests';
import { giveId } from './shown-tasks';

const LIMITED = 3;
const ADMINISTRATOR = 1;
/** The process with an event that waits. */
const WAITING_PROCESS = 13;

/** Ids that were made up so that there is nothing behind them. */
const isMadeUp = (id: number): boolean => /^9{5,}$/.test(String(id));

/** The Request that a call changes, cancels, retries or deletes. */
export function storeRequestToChange(instance: Instance, id: number, { request, response }: Recording): void {
  if (response.status === 404) return;
  const { message } = (response.json ?? {}) as { message?: unknown };
  const isForeign = response.status === 403 && message === 'This action is unauthorized.';
  const owner = isForeign ? ADMINISTRATOR : LIMITED;
  const status = request.path.endsWith('/retry') ? 'ERROR' : 'ACTIVE';
  storeRequest(instance, { id, status, user_id: owner }, {}, []);
}

/** A Request at an event that waits, or that has passed it where the response finds nothing to trigger. */
export async function storeRequestWithEvent(
  instance: Instance,
  id: number,
  { response }: Recording,
): Promise<void> {
  if (isMadeUp(id)) return;
  const process = findProcess(instance, WAITING_PROCESS);
  const user = findUser(instance, LIMITED);
  if (process === undefined || user === undefined) throw new Error('The stand-in lacks a process or a user.');
  const started = await startRequest(instance, { process, startEvent: 'node_1', user, data: {} });
  giveId(instance, started, id);
  const [token] = activeTokens(instance, id);
  if (response.status === 404 && token !== undefined) await completeToken(instance, token.id, {});
}
