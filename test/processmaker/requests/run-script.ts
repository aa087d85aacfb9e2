import type { Instance } from '../instance';
import { failRequest } from './finish';
import { completeToken } from './progress';
import { makeCall, scriptCall } from './script-call';
import { activeTokens, findRequest } from './store';

/** What a script's failure says. */
const SCRIPT_FAILURE = 'No script executor is available to run this script.';

/**
 * Runs the script at which a Request stands: it changes no data, but may call a URL in it. Where no script can run,
 * the Request ends in ERROR.
 */
export async function runScript(instance: Instance, requestId: number): Promise<void> {
  const request = findRequest(instance, requestId);
  if (request?.status !== 'ACTIVE') return;
  const token = activeTokens(instance, requestId).find(({ element_type: type }) =>
    ['scriptTask', 'serviceTask'].includes(type),
  );
  if (token === undefined) return;
  if (!instance.scriptsRun) {
    failRequest(instance, requestId, SCRIPT_FAILURE, token);
    return;
  }
  const { signal } = instance.scripts;
  const call = await scriptCall(instance, request, token);
  const refused = call && (await makeCall(call, instance.scriptStatuses, signal));
  if (signal.aborted) return;
  if (refused === undefined) await completeToken(instance, token.id, {});
  else failRequest(instance, requestId, refused, token);
}

/** Puts on the queue what an earlier run of the server left on it. */
export async function resumeScripts({ database, scripts }: Instance): Promise<void> {
  const requests = database.all<{ id: number }>(
    `SELECT DISTINCT process_request_id AS id FROM process_request_tokens
     WHERE status = 'ACTIVE' AND element_type IN ('scriptTask', 'serviceTask')`,
  );
  for (const { id } of requests) scripts.add(id);
  await scripts.flush();
}
