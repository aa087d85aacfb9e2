import { type IExecuteFunctions, jsonParse, OperationalError, sleep } from 'n8n-workflow';

import { asText, isObject } from '../guards';
import { normalizeInstanceUrl } from './credential';

/** An HTTP response as n8n's request helper gives it with `returnFullResponse`; JSON bodies are parsed. */
export interface HttpResponse {
  statusCode: number;
  headers: Record<string, unknown>;
  body: unknown;
}

/**
 * What a good response holds: `json`, an object or list; `found`, the same, while 204 says that there is no such thing;
 * `nothing` that matters; a `file`, as a stream.
 */
export type Expected = 'json' | 'found' | 'nothing' | 'file';

/** Whether a response is a 2xx that holds what is expected. */
export function isGood(response: HttpResponse, expects: Expected = 'json'): boolean {
  const { statusCode, body } = response;
  if (statusCode < 200 || statusCode >= 300) return false;
  if (expects === 'file') return isStream(body);
  return expects === 'nothing' ? typeof body !== 'string' || !/^\s*</.test(body) : isJson(response);
}

/** Whether a body is an object or a list. */
export function isJson({ body }: HttpResponse): boolean {
  return typeof body === 'object' && body !== null;
}

/** The body of a response that n8n hands over as a stream. */
export type BodyStream = Exclude<
  Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0],
  Uint8Array
>;

function isStream(body: unknown): body is BodyStream {
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
  const text = await readText(body);
  return { ...response, body: jsonParse(text, { fallbackValue: text }) };
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
      // The data of a Request or a Task is the user's own. A list has its entries in `data`, and no id.
      const isOwnData = 'id' in value && (name === 'data' || name === 'request_data');
      if (!isOwnData) dropSignInSecrets(field);
    }
  }
}

/** The instance that a redirect leads to; undefined when it is the same, or the header does not say it. */
export function redirectTarget({ headers }: HttpResponse, requestUrl: string): string | undefined {
  const location = asText(headers.location);
  if (location === '' || !URL.canParse(location, requestUrl)) return undefined;
  const { origin, pathname } = new URL(location, requestUrl);
  const target = normalizeInstanceUrl(origin + pathname);
  return target === normalizeInstanceUrl(requestUrl) ? undefined : target;
}

/** The server's time at its response, in milliseconds since 1970; undefined when it does not say. */
export function serverTime({ date }: HttpResponse['headers']): number | undefined {
  const time = Date.parse(asText(date));
  return Number.isNaN(time) ? undefined : time;
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
export function reasonsIn({ body }: HttpResponse): string {
  const { message, errors } = isObject(body) ? body : {};
  const fields = Object.entries(isObject(errors) ? errors : {});
  const reasons = fields.map(([field, texts]) => `${field}: ${[texts].flat().map(String).join(' ')}`);
  return reasons.join('; ') || asText(message) || 'It gave no reason.';
}

/** The text of a 500 for a file of a kind that ProcessMaker does not store: `errors: { message }`. */
export function fileRefusal({ body }: HttpResponse): string | undefined {
  const errors = isObject(body) && isObject(body.errors) ? body.errors : {};
  return typeof errors.message === 'string' ? errors.message : undefined;
}

/**
 * Whether a 500 is that of ProcessMaker itself, which has then ended its work on the call: Laravel's fixed text, in no
 * language but English, or its form for debugging. Other JSON may come from a gateway, while ProcessMaker goes on.
 */
export function isOwnServerError({ body }: HttpResponse): boolean {
  if (!isObject(body)) return false;
  if (Object.keys(body).length === 1) return body.message === 'Server Error';
  const { exception, file, line, trace } = body;
  const isText = [exception, file].every((text) => typeof text === 'string');
  return isText && Number.isInteger(line) && Array.isArray(trace);
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
