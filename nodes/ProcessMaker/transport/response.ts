import { OperationalError, sleep, type IExecuteFunctions } from 'n8n-workflow';

import { isObject } from '../guards';
import { CHECK_INSTANCE_URL, normalizeInstanceUrl } from './credential';
import type { ErrorDetails } from './processMakerError';

/** An HTTP response as n8n's request helper gives it with `returnFullResponse`; JSON bodies are parsed. */
export interface HttpResponse {
  statusCode: number;
  headers: Record<string, unknown>;
  body: unknown;
}

/** The body of a response that n8n hands over as a stream. */
export type BodyStream = Exclude<
  Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0],
  Uint8Array
>;

/** Whether a body is a stream: no JSON has functions. */
export function isStream(body: unknown): body is BodyStream {
  return typeof body === 'object' && body !== null && 'pipe' in body && typeof body.pipe === 'function';
}

/** Far more than ProcessMaker says when it refuses something. */
const MAX_TEXT_LENGTH = 64 * 1024;

/**
 * Leaves the stream of a file alone, and reads what came in place of one, so that it can be judged like any other
 * response. A page may be a file too: ProcessMaker gives every file a Content-Disposition.
 */
export async function readUnlessFile(response: HttpResponse): Promise<HttpResponse> {
  const { statusCode, headers, body } = response;
  const isPage = String(headers['content-type']).startsWith('text/html');
  const isFile = statusCode === 200 && ('content-disposition' in headers || !isPage);
  if (isFile || !isStream(body)) return response;
  return { ...response, body: parse(await readText(body)) };
}

async function readText(body: BodyStream): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  // To leave the loop ends the connection.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_TEXT_LENGTH) break;
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The data of a Request, or of a Task, which is the user's own. */
const OWN_DATA = new Set(['data', 'request_data']);

/**
 * Takes out of a response what keeps a browser signed in as one of its users: ProcessMaker gives a `remember_token` with
 * the users of Requests, Tasks and processes.
 */
export function dropSignInSecrets(value: unknown): void {
  if (Array.isArray(value)) {
    for (const entry of value) dropSignInSecrets(entry);
  } else if (isObject(value)) {
    if ('remember_token' in value && 'username' in value) delete value.remember_token;
    for (const [name, field] of Object.entries(value)) {
      // A list has its entries in `data`, and no id.
      if (!('id' in value && OWN_DATA.has(name))) dropSignInSecrets(field);
    }
  }
}

/**
 * What it means that a call is answered with a redirect, which is never followed.
 *
 * @param location the response's header, if it has one
 */
export function redirectDetails(
  location: unknown,
  requestUrl: string,
): Pick<ErrorDetails, 'kind' | 'message' | 'description'> {
  let target: string | undefined;
  try {
    const url = typeof location === 'string' ? new URL(location, requestUrl) : undefined;
    target = url && normalizeInstanceUrl(url.origin + url.pathname);
  } catch {
    target = undefined;
  }
  const isOther = target !== undefined && target !== normalizeInstanceUrl(requestUrl);
  return {
    kind: 'redirect',
    message: isOther
      ? `The 'Instance URL' of the credential redirects to ${target}`
      : "The 'Instance URL' of the credential answers with a redirect, as a sign-in page or a gateway does",
    description: isOther
      ? `Redirects are not followed, so that the token goes nowhere else. If you trust it, use this address as 'Instance URL': ${target}`
      : `Redirects are not followed, so that the token goes nowhere else. ${CHECK_INSTANCE_URL}`,
  };
}

/** Whether a body is JSON that holds a message and nothing else. */
export function hasOnlyMessage({ body }: HttpResponse): boolean {
  return isObject(body) && typeof body.message === 'string' && Object.keys(body).length === 1;
}

/** The seconds that a response asks to wait. The form with a date is not used by ProcessMaker, and not read. */
export function retryAfter({ headers }: HttpResponse): number | undefined {
  const value = headers['retry-after'];
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** The same as a sentence; empty when it does not ask. */
export function retryAfterText(response: HttpResponse): string {
  const seconds = retryAfter(response);
  return seconds === undefined ? '' : `It asks to wait ${seconds} seconds. `;
}

/** The texts of a refusal: `message` and, by field, `errors: { field: [text, …] }`. */
export function reasonsIn(body: unknown): string {
  if (!isObject(body)) return NO_REASON;
  const fields = isObject(body.errors) ? Object.entries(body.errors) : [];
  const message = typeof body.message === 'string' ? body.message : '';
  if (fields.length === 0) return message || NO_REASON;
  return fields.map(([field, texts]) => `${field}: ${[texts].flat().map(String).join(' ')}`).join('; ');
}

const NO_REASON = 'It gave no reason.';

/** The text of a 500 for a file of a kind that ProcessMaker does not store: `errors: { message }`. */
export function fileRefusal(body: unknown): string | undefined {
  const errors = isObject(body) && isObject(body.errors) ? body.errors : {};
  return typeof errors.message === 'string' ? errors.message : undefined;
}

/** Ends the wait for a deadline. To make one for each call would cost more than all else that is done for a call. */
const CALL_ENDED = new OperationalError('The call has ended');

/**
 * Waits for a call, but not for ever: a response that drips in slowly resets the client's own timeout with every byte.
 *
 * @throws OperationalError with the code ETIMEDOUT
 */
export async function withDeadline<T>(call: Promise<T>, milliseconds: number): Promise<T> {
  const over = new AbortController();
  const deadline = sleep(milliseconds, over.signal).then(() => {
    throw Object.assign(new OperationalError('The response did not end in time'), { code: 'ETIMEDOUT' });
  });
  try {
    return await Promise.race([call, deadline]);
  } finally {
    over.abort(CALL_ENDED);
    deadline.catch(() => undefined);
  }
}
