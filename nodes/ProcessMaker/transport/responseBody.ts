import type { IExecuteFunctions } from 'n8n-workflow';

import type { Answer } from './classifyResponse';

/** The body of an answer that n8n hands over as a stream. */
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
 * answer. A page may be a file too: ProcessMaker gives every file a Content-Disposition.
 */
export async function readUnlessFile(answer: Answer): Promise<Answer> {
  const { statusCode, headers, body } = answer;
  const isPage = String(headers['content-type']).startsWith('text/html');
  const isFile = statusCode === 200 && ('content-disposition' in headers || !isPage);
  if (isFile || !isStream(body)) return answer;
  return { ...answer, body: parse(await readText(body)) };
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
