import type { IExecuteFunctions } from 'n8n-workflow';

import { isObject } from '../guards';

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
