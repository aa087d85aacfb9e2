import { setTimeout as pause } from 'node:timers/promises';
import type { TokenRow } from '../database/rows';
import type { Instance } from '../instance';
import { failRequest } from './finish';
import { completeToken } from './progress';
import { makeCall, scriptCall } from './script-call';
import { findRequest, findToken } from './store';

/** What the failure of a script says: the first line of its output, and the others. */
const SCRIPT_FAILURE =
  'PHP Fatal error:  Uncaught Exception: this script always fails in /opt/executor/script.php:2';
const SCRIPT_STACK =
  'Stack trace:\n#0 /opt/executor/bootstrap.php(45): require()\n#1 {main}\n' +
  '  thrown in /opt/executor/script.php on line 2';

const HOLD_MS = 5;

/** Whether a script still has something to end: a failed one can be retried, a canceled Request has closed it. */
function isOpen(instance: Instance, tokenId: number): boolean {
  const token = findToken(instance, tokenId);
  const request = token && findRequest(instance, token.process_request_id);
  if (!request || !['ACTIVE', 'ERROR'].includes(request.status)) return false;
  return token.status === 'ACTIVE' || token.status === 'FAILING';
}

/**
 * Runs the script at a token: it changes no data, but may call a URL in it. Where no script can run, the Request ends
 * in ERROR.
 */
export async function runScript(instance: Instance, tokenId: number): Promise<void> {
  const token = findToken(instance, tokenId);
  const request = token && findRequest(instance, token.process_request_id);
  if (!request || !isOpen(instance, tokenId)) return;
  const { signal } = instance.scripts;
  instance.scriptRuns.push(request.id);
  while (instance.scriptsHeld && !signal.aborted)
    await pause(HOLD_MS, undefined, { signal }).catch(() => undefined);
  if (signal.aborted) return;
  if (!instance.scriptsRun) return fail(instance, token, SCRIPT_FAILURE, SCRIPT_STACK);
  const call = await scriptCall(instance, request, token);
  const refused = call && (await makeCall(call, instance.scriptStatuses, signal));
  if (signal.aborted) return;
  if (refused === undefined) await completeToken(instance, token.id, {});
  else await fail(instance, token, refused);
}

/** A first failure is noted twice, a moment apart, that of a retry once. */
async function fail(instance: Instance, token: TokenRow, message: string, body = ''): Promise<void> {
  const first = instance.now();
  const note = (afterMs: number): void => {
    if (isOpen(instance, token.id))
      failRequest(instance, token.process_request_id, message, token, {
        body,
        tokenProperties: '{"error":[]}',
        at: new Date(first.getTime() + afterMs),
      });
  };
  note(0);
  if (token.status === 'FAILING') return;
  const { signal } = instance.scripts;
  if (instance.queue === 'redis')
    await pause(instance.betweenErrorsMs, undefined, { signal }).catch(() => undefined);
  // A slow machine would note it later than the server does.
  if (!signal.aborted) note(instance.betweenErrorsMs);
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
