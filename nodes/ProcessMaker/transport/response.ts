import { type IExecuteFunctions, jsonParse } from 'n8n-workflow';

import { asText, isObject } from '../guards';
import { normalizeInstanceUrl } from './credential';
import { responseTooLarge, unexpectedResponse } from './processMakerError';

/** An HTTP response as n8n's request helper gives it with `returnFullResponse`; what was read as JSON is parsed. */
export interface HttpResponse {
  statusCode: number;
  headers: Record<string, unknown>;
  body: unknown;
  text?: string;
}

/** `found`: an object or list, where 204 says that there is none; `nothing`: mostly 204; `file`: a stream. */
export type Expected = 'json' | 'found' | 'nothing' | 'file';

/** Whether a response is a 2xx that holds what is expected. */
export function isGood(response: HttpResponse, expects: Expected = 'json'): boolean {
  const { statusCode, body } = response;
  if (statusCode < 200 || statusCode >= 300) return false;
  if (expects === 'file') return isStream(body);
  if (expects === 'nothing') return statusCode === 204 || (statusCode === 200 && body === '');
  return isJson(response);
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

const MEGABYTE = 1024 * 1024;
/** A hundred Requests with half a megabyte of data each. */
export const MAX_JSON_MEGABYTES = 50;
const LARGE_MEGABYTES = 4;
/** Of anything else, such as a page, no more is needed to judge it. */
const MAX_PAGE_BYTES = 64 * 1024;
/**
 * As deep as PHP makes JSON: of 20,000 levels, which are 40 kB, `JSON.parse` makes what `JSON.stringify`
 * cannot write. And a value takes many times the memory of its text: a list of `{}` in 50 MB takes 1.4 GB once it is
 * parsed, and 150 MB within this limit.
 */
const [MAX_DEPTH, MAX_VALUES] = [512, 3_000_000];

export interface Reading {
  expects?: Expected;
  /** Large responses of one run are read one after the other. */
  run: object;
  over: AbortSignal;
  body?: BodyStream;
}

/** Reads the body of a response, within limits. A file's stream is left alone, but not a page in its place. */
export async function readResponse(sent: Promise<HttpResponse>, reading: Reading): Promise<HttpResponse> {
  const response = await sent;
  const { statusCode, headers, body } = response;
  if (!isStream(body)) return response;
  // Nobody listens any more when it breaks after its end, and n8n would end.
  body.on('error', () => undefined);
  reading.body = body;
  if (reading.over.aborted) body.destroy();
  // A page may be a file, too: ProcessMaker gives every file a Content-Disposition.
  const isPage = String(headers['content-type']).startsWith('text/html');
  const isFile = statusCode === 200 && ('content-disposition' in headers || !isPage);
  if (reading.expects === 'file' && isFile) return response;
  const text = await readText(body, reading.run);
  return { ...response, text, body: jsonParse(text, { fallbackValue: text }) };
}

async function readText(body: BodyStream, run: object): Promise<string> {
  // The text as it comes: to keep the bytes beside it would take twice the memory.
  body.setEncoding('utf8');
  let [start, text] = ['', ''];
  let length = 0;
  let endTurn: (() => void) | undefined;
  try {
    // To leave the loop ends the connection.
    for await (const chunk of body as AsyncIterable<string>) {
      start ||= chunk.slice(0, 100);
      text += chunk;
      length += Buffer.byteLength(chunk);
      if (length > MAX_PAGE_BYTES && NO_JSON.test(start)) break;
      if (length > MAX_JSON_MEGABYTES * MEGABYTE) throw responseTooLarge(`${MAX_JSON_MEGABYTES} MB`);
      if (length < LARGE_MEGABYTES * MEGABYTE || endTurn) continue;
      const before = largeReads.get(run);
      largeReads.set(run, new Promise<void>((resolve) => (endTurn = resolve)));
      await before;
    }
  } finally {
    endTurn?.();
  }
  return checked(text).replace(/^\uFEFF/, '');
}

/** The last of the large responses that a run reads, one after the other, since all of them could fill the memory. */
const largeReads = new WeakMap<object, Promise<void>>();

const NO_JSON = /^\s*[^\s[{]/;

/** @throws ProcessMakerError for JSON with more levels than may be walked through, or more values, before it is parsed */
function checked(text: string): string {
  if (NO_JSON.test(text)) return text;
  let [depth, values, isQuoted] = [0, 0, false];
  for (let at = 0; at < text.length && depth <= MAX_DEPTH; at++) {
    const char = text[at];
    if (char === '"') isQuoted = !isQuoted;
    else if (isQuoted) at += Number(char === '\\');
    else if (char === ',') values++;
    else if (char === ']' || char === '}') depth--;
    else if (char === '[' || char === '{') {
      depth++;
      values++;
    }
  }
  if (depth > MAX_DEPTH) throw unexpectedResponse(`The JSON has more than ${MAX_DEPTH} levels`, 'unknown');
  if (values > MAX_VALUES) throw responseTooLarge(`${MAX_VALUES.toLocaleString('en')} values`);
  return text;
}

/** The instance that a redirect leads to; undefined when it is the same, or the header does not say it. */
export function redirectTarget({ headers }: HttpResponse, requestUrl: string): string | undefined {
  const location = asText(headers.location);
  if (location === '' || !URL.canParse(location, requestUrl)) return undefined;
  const { protocol, origin, pathname } = new URL(location, requestUrl);
  // Of any other, such as a file, there is no origin.
  if (!/^https?:$/.test(protocol)) return undefined;
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

/** A text of ProcessMaker's, without what a database adds to its own: the statement, with the data in it. */
export function withoutSql(text: string): string {
  return text.replace(/ \((?:Connection: [^()]*, )?SQL: .*/s, '').trim();
}

function sentence(text: string): string {
  return withoutSql(text).replace(/[^.!?]$/, '$&.');
}

/** The texts of a refusal as one sentence: `message` and, by field, `errors: { field: [text, …] }`. */
export function reasonsIn({ body }: HttpResponse): string {
  const { message, errors } = isObject(body) ? body : {};
  const fields = Object.entries(isObject(errors) ? errors : {});
  const reasons = fields.map(([field, texts]) => `${field}: ${[texts].flat().map(String).join(' ')}`);
  return sentence(reasons.join('; ')) || sentence(asText(message)) || 'It gave no reason.';
}

/** The sentence of a 500 for a file of a kind that ProcessMaker does not store: `errors: { message }`. */
export function fileRefusal({ body }: HttpResponse): string | undefined {
  const errors = isObject(body) && isObject(body.errors) ? body.errors : {};
  return typeof errors.message === 'string' ? sentence(errors.message) : undefined;
}

/** Whether ProcessMaker itself has ended its work: Laravel's text, always in English, or debug form. Else it may go on. */
export function isOwnServerError({ body }: HttpResponse): boolean {
  if (!isObject(body)) return false;
  if (Object.keys(body).length === 1) return body.message === 'Server Error';
  const { exception, file, line, trace } = body;
  const isText = [exception, file].every((text) => typeof text === 'string');
  return isText && Number.isInteger(line) && Array.isArray(trace);
}
