import { setTimeout as pause } from 'node:timers/promises';
import type { RequestRow, TokenRow } from '../database/rows';
import type { FlowElement } from '../flow/definition';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { findProcess, requestData } from './store';

const PAUSE_MS = 250;
const MAX_ATTEMPTS = 600;
/** Asleep in a moment, or starting: n8n statuses 409 while an execution runs, and 404 or 503 while it starts itself. */
const NOT_YET = [404, 409, 503];

/** A call that a script makes. */
export interface ScriptCall {
  url: string;
  body: JsonObject;
}

/** The call of a script task whose configuration names the variable with the URL, and the variables to send. */
export async function scriptCall(
  instance: Instance,
  request: RequestRow,
  token: TokenRow,
): Promise<ScriptCall | undefined> {
  const process = findProcess(instance, request.process_id);
  if (process === undefined) return undefined;
  const { elements } = await instance.definitions.definition(process.bpmn);
  return callOf(elements.get(token.element_id), requestData(request));
}

/** Whether a script of the process that is still to come will call a URL in the data. */
export async function willCall(instance: Instance, request: RequestRow): Promise<boolean> {
  const process = request.status === 'ACTIVE' ? findProcess(instance, request.process_id) : undefined;
  if (process === undefined) return false;
  const { elements } = await instance.definitions.definition(process.bpmn);
  const done = instance.database.all<{ element_id: string }>(
    'SELECT element_id FROM process_request_tokens WHERE process_request_id = ?',
    [request.id],
  );
  const data = requestData(request);
  return [...elements.values()].some(
    (element) => !done.some(({ element_id: id }) => id === element.id) && callOf(element, data) !== undefined,
  );
}

/** The call that the script of an element makes with the data of its Request. */
function callOf(element: FlowElement | undefined, data: JsonObject): ScriptCall | undefined {
  const text = element?.properties['config'] || '{}';
  const { callUrlIn, send = [] } = JSON.parse(text) as { callUrlIn?: string; send?: string[] };
  if (callUrlIn === undefined) return undefined;
  const url = data[callUrlIn];
  if (typeof url !== 'string') return undefined;
  return { url, body: Object.fromEntries(send.map((name) => [name, data[name] ?? null])) };
}

/**
 * Makes the call, again and again while the receiver is not ready or away.
 *
 * @param statuses gets the status of each response
 * @returns why it was refused
 */
export async function makeCall(
  { url, body }: ScriptCall,
  statuses: number[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const call = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  };
  for (let attempt = 1; attempt <= MAX_ATTEMPTS && !signal.aborted; attempt++) {
    const status = await fetch(url, call).then(
      (response) => response.status,
      () => undefined,
    );
    if (status !== undefined) statuses.push(status);
    if (status !== undefined && status < 300) return undefined;
    if (status !== undefined && !NOT_YET.includes(status)) return `The call was answered with ${status}.`;
    await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return 'Nobody was ready for the call.';
}
