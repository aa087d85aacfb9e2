import { setTimeout as pause } from 'node:timers/promises';
import type { RequestRow, TokenRow } from '../database/rows';
import type { FlowElement } from '../flow/definition';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { findProcess, requestData } from './store';

const PAUSE_MS = 250;
const WINDOW_MS = 10 * 60_000;
/** For one response: a server that is just starting may never give one. */
const RESPONSE_MS = 10_000;

/**
 * Whether n8n may take the call soon: an execution runs until it sleeps (409), and n8n may be starting or busy. One that
 * is starting gives every call the status 200.
 */
const isNotYet = (status: number): boolean =>
  status < 300 || [404, 409, 429].includes(status) || status >= 500;

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
  };
  for (const end = Date.now() + WINDOW_MS; Date.now() < end && !signal.aborted;) {
    const limited = { ...call, signal: AbortSignal.any([signal, AbortSignal.timeout(RESPONSE_MS)]) };
    const response = await responseTo(url, limited).catch(() => undefined);
    if (response !== undefined) {
      const { status, isWoken } = response;
      statuses.push(status);
      if (isWoken) return undefined;
      if (!isNotYet(status)) return `The call was answered with ${status}.`;
    }
    await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return 'Nobody was ready for the call.';
}

async function responseTo(url: string, call: RequestInit): Promise<{ status: number; isWoken: boolean }> {
  const response = await fetch(url, call);
  const body = (await response.json().catch(() => null)) as { woken?: unknown } | null;
  return { status: response.status, isWoken: response.ok && body?.woken === true };
}
