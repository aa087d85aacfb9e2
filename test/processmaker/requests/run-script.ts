import { setTimeout as pause } from 'node:timers/promises';
import type { RequestRow, TokenRow } from '../database/rows';
import type { FlowElement } from '../flow/definition';
import type { Instance } from '../instance';
import type { ScriptRun } from '../queues/script-queue';
import { failRequest } from './finish';
import { completeToken } from './progress';
import { makeCall, scriptCall } from './script-call';
import { activeTokens, findProcess, findRequest, findToken, requestData } from './store';

/** Why a script has failed: the first line of its output, and the others. */
interface Failure {
  message: string;
  body: string;
}

const SCRIPT_FAILURE: Failure = {
  message: 'PHP Fatal error:  Uncaught Exception: this script always fails in /opt/executor/script.php:2',
  body:
    'Stack trace:\n#0 /opt/executor/bootstrap.php(45): require()\n#1 {main}\n' +
    '  thrown in /opt/executor/script.php on line 2',
};
const TIMED_OUT: Failure = { message: 'Killed', body: '' };

const HOLD_MS = 5;

/** What a script task says of its failures; times in seconds, 0 is none. */
interface ErrorHandling {
  timeout: number;
  attempts: number;
  waitTime: number;
}

function errorHandling(element: FlowElement | undefined): ErrorHandling {
  const {
    timeout = 0,
    retry_attempts: attempts = 0,
    retry_wait_time: waitTime = 0,
  } = JSON.parse(element?.properties['errorHandling'] || '{}') as Record<string, string | number | undefined>;
  return { timeout: Number(timeout), attempts: Number(attempts), waitTime: Number(waitTime) };
}

/** Whether a script still has something to end: a failed one can be retried, a canceled Request has closed it. */
function isOpen(instance: Instance, tokenId: number): boolean {
  const token = findToken(instance, tokenId);
  const request = token && findRequest(instance, token.process_request_id);
  if (!request || !['ACTIVE', 'ERROR'].includes(request.status)) return false;
  return token.status === 'ACTIVE' || token.status === 'FAILING';
}

/**
 * Runs the script at a token: it changes no data, but may call a URL in it. Where no script can run, or the data lets it
 * fail, and no attempt is left, the Request ends in ERROR.
 */
export async function runScript(instance: Instance, run: ScriptRun): Promise<void> {
  const token = findToken(instance, run.tokenId);
  const request = token && findRequest(instance, token.process_request_id);
  if (!request || !isOpen(instance, token.id)) return;
  const { signal } = instance.scripts;
  const earlierRuns = instance.runsByToken.get(token.id) ?? 0;
  instance.runsByToken.set(token.id, earlierRuns + 1);
  instance.scriptRuns.push(request.id);
  const element = await elementOf(instance, request, token);
  const handling = errorHandling(element);
  const until = handling.timeout === 0 ? Infinity : Date.now() + handling.timeout * instance.secondMs;
  while (instance.scriptsHeld && !signal.aborted && Date.now() < until)
    await pause(HOLD_MS, undefined, { signal }).catch(() => undefined);
  if (signal.aborted) return;
  if (Date.now() >= until) return fail(instance, token, run, handling, TIMED_OUT);
  if (!instance.scriptsRun || mustFail(instance, element, request, earlierRuns))
    return fail(instance, token, run, handling, SCRIPT_FAILURE);
  const call = await scriptCall(instance, request, token);
  const refused = call && (await makeCall(call, instance.scriptStatuses, signal));
  if (signal.aborted) return;
  if (refused === undefined) await completeToken(instance, token.id, {});
  else await fail(instance, token, run, handling, { message: refused, body: '' });
}

async function elementOf(
  instance: Instance,
  { process_id: processId }: RequestRow,
  { element_id: elementId }: TokenRow,
): Promise<FlowElement | undefined> {
  const process = findProcess(instance, processId);
  if (process === undefined) return undefined;
  const { elements } = await instance.definitions.definition(process.bpmn);
  return elements.get(elementId);
}

/** The variables of the data by which a script fails: for so many runs, or until a time in seconds since 1970. */
interface FailureConfig {
  failuresIn?: string;
  failUntilIn?: string;
}

function mustFail(
  instance: Instance,
  element: FlowElement | undefined,
  request: RequestRow,
  earlierRuns: number,
): boolean {
  const { failuresIn = '', failUntilIn = '' } = JSON.parse(
    element?.properties['config'] || '{}',
  ) as FailureConfig;
  const data = requestData(request);
  if (earlierRuns < Number(data[failuresIn] ?? 0)) return true;
  return instance.now().getTime() < Number(data[failUntilIn] ?? 0) * 1000;
}

/**
 * A failure with attempts left is noted once, and leaves the token as it is. With the last one the token is FAILING; it is
 * noted twice, a moment apart, unless the token was FAILING before, as after a retry by hand.
 */
async function fail(
  instance: Instance,
  token: TokenRow,
  { tokenId, attempt }: ScriptRun,
  { attempts, waitTime }: ErrorHandling,
  failure: Failure,
): Promise<void> {
  const first = instance.now();
  const note = ({ message, body }: Failure, afterMs: number, status: TokenRow['status']): void => {
    if (isOpen(instance, tokenId))
      failRequest(instance, token.process_request_id, message, token, {
        body,
        tokenProperties: '{"error":[]}',
        at: new Date(first.getTime() + afterMs),
        status,
      });
  };
  if (attempt <= attempts) {
    note(failure, 0, token.status);
    instance.scripts.addLater({ tokenId, attempt: attempt + 1 }, waitTime * instance.secondMs);
    return;
  }
  const last = attempts === 0 ? failure : afterAttempts(attempt, failure);
  note(last, 0, 'FAILING');
  if (token.status === 'FAILING') return;
  const calls = callsOf(instance, token.process_request_id);
  const noteAbove = ({ message, body }: Failure, afterMs: number): void => {
    const at = new Date(first.getTime() + afterMs);
    for (const call of calls)
      if (isOpen(instance, call.id))
        failRequest(instance, call.process_request_id, message, call, { body, at });
  };
  noteAbove(last, 0);
  const { signal } = instance.scripts;
  if (instance.queue === 'redis')
    await pause(instance.betweenErrorsMs, undefined, { signal }).catch(() => undefined);
  // A slow machine would note it later than the server does.
  if (signal.aborted) return;
  note(last, instance.betweenErrorsMs, 'FAILING');
  noteAbove(last, instance.betweenErrorsMs);
}

/**
 * The call activities that wait for a Request, its caller's first. They fail with the last attempt of their sub-process,
 * and for good: a retry there does not reach them any more.
 */
function callsOf(instance: Instance, requestId: number): TokenRow[] {
  const { parent_request_id: parentId } = findRequest(instance, requestId) ?? {};
  if (typeof parentId !== 'number') return [];
  const call = activeTokens(instance, parentId).find(({ subprocess_request_id: id }) => id === requestId);
  return call ? [call, ...callsOf(instance, parentId)] : [];
}

function afterAttempts(attempts: number, { message, body }: Failure): Failure {
  return { message: `Job failed after ${attempts} total attempts`, body: `${message}\n${body}` };
}

/** Puts on the queue what an earlier run of the server left on it. */
export async function resumeScripts({ database, scripts }: Instance): Promise<void> {
  const tokens = database.all<{ id: number }>(
    `SELECT id FROM process_request_tokens
     WHERE status = 'ACTIVE' AND element_type IN ('scriptTask', 'serviceTask') ORDER BY id`,
  );
  for (const { id } of tokens) scripts.add(id);
  await scripts.flush();
}

/**
 * Open Requests forget the URLs at which n8n slept until a script called it. For an n8n that starts empty: it knows none of
 * them, and a script that calls in vain holds up all others.
 */
export function forgetCallbacks({ database }: Instance): void {
  database.run(
    `UPDATE process_requests SET data = json_remove(data, '$._n8n_resume_url') WHERE status IN ('ACTIVE', 'ERROR')`,
  );
}
