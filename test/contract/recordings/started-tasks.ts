import type { Json, JsonObject } from '../../processmaker';
import type { TokenRow } from '../../processmaker/database/rows';
import type { Instance } from '../../processmaker/instance';
import { failRequest } from '../../processmaker/requests/finish';
import { completeToken, startRequest } from '../../processmaker/requests/progress';
import { activeTokens, findProcess, findUser, openTokens } from '../../processmaker/requests/store';

/** More steps than any recorded process has. */
const MAX_STEPS = 10;

const LIMITED = 3;

const number = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);

const asObject = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** Gives a Request another id. */
export function giveId({ database }: Instance, from: number, to: number): void {
  database.run('UPDATE process_requests SET id = ? WHERE id = ?', [to, from]);
  database.run('UPDATE process_request_tokens SET process_request_id = ? WHERE process_request_id = ?', [
    to,
    from,
  ]);
}

/** A task that can really be completed: its process is started, and then gets the ids of the response. */
export async function startShownTask(instance: Instance, shown: JsonObject): Promise<void> {
  const request = asObject(shown['process_request']);
  const process = findProcess(instance, Number(shown['process_id']));
  const user = findUser(instance, number(request['user_id']) ?? number(shown['user_id']) ?? LIMITED);
  if (process === undefined || user === undefined) throw new Error('The task of an unknown process or user.');
  const started = await startRequest(instance, { process, startEvent: 'node_1', user, data: {} });
  const requestId = Number(shown['process_request_id'] ?? 1);
  giveId(instance, started, requestId);
  instance.database.run(
    'UPDATE process_requests SET parent_request_id = ?, process_collaboration_id = ? WHERE id = ?',
    [number(request['parent_request_id']), number(request['process_collaboration_id']), requestId],
  );
  const token = await reach(
    instance,
    requestId,
    typeof shown['element_id'] === 'string' ? shown['element_id'] : '',
  );
  if (token === undefined) return;
  const isLast = request['status'] === 'COMPLETED';
  for (const { id } of isLast ? activeTokens(instance, requestId) : [])
    if (id !== token.id) await completeToken(instance, id, {});
  const isOffered = shown['is_self_service'] === 1;
  instance.database.run('UPDATE process_request_tokens SET id = ?, user_id = ? WHERE id = ?', [
    number(shown['id']),
    number(shown['user_id']),
    token.id,
  ]);
  if (shown['user_id'] === null && !isOffered && token.status !== 'FAILING')
    failTask(instance, { ...token, id: Number(shown['id']) });
}

/** Goes on until the Request stands at an element. */
async function reach(
  instance: Instance,
  requestId: number,
  elementId: string,
): Promise<TokenRow | undefined> {
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const tokens = openTokens(instance, requestId);
    const found = tokens.find(({ element_id: id }) => id === elementId);
    const [first] = tokens;
    if (found !== undefined || first === undefined) return found;
    await completeToken(instance, first.id, {});
  }
  return undefined;
}

/** A task that nobody has and that is not offered either: nobody could be given it. */
function failTask(instance: Instance, token: TokenRow): void {
  instance.database.run(
    'UPDATE process_request_tokens SET due_at = NULL, self_service_groups = NULL WHERE id = ?',
    [token.id],
  );
  failRequest(instance, token.process_request_id, 'Nobody could be given the task.', token);
}
