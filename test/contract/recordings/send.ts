import type { ProcessMaker, TokenName } from '../../processmaker';
import { request as httpRequest } from 'node:http';
import type { ActualResponse } from './compare';
import type { Recording } from './recording';
import { staffToken } from './second-world';

/** More than a server takes as one file, and less than it takes as a body. */
const LARGE_FILE = 11 * 1024 * 1024;

const CUT = /<cut: (\d+) characters>/;

/** Sends a recorded call to the stand-in. */
export async function send(
  processMaker: ProcessMaker,
  recording: Recording,
  limit: number,
): Promise<ActualResponse> {
  const { 'If-None-Match': known, ...headers } = recording.request.headers;
  if (known === undefined) return call(processMaker, recording, limit, headers);
  // An unchanged response is recognised by the tag that this server gave it.
  const before = await call(processMaker, recording, limit, headers);
  const tag = recording.response.status === 304 ? (before.headers.get('etag') ?? known) : known;
  return call(processMaker, recording, limit, { ...headers, 'If-None-Match': tag });
}

function call(
  processMaker: ProcessMaker,
  recording: Recording,
  limit: number,
  recorded: Record<string, string>,
): Promise<ActualResponse> {
  const { request } = recording;
  const body = bodyOf(recording, limit);
  const headers: Record<string, string> = { ...recorded };
  const name = recording.context.token;
  const token = (processMaker.tokens[name as TokenName] as string | undefined) ?? staffToken(name)?.token;
  if (token !== undefined && headers['Authorization'] !== undefined)
    headers['Authorization'] = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Length'] = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    // fetch would add headers of its own (Accept, Content-Type), whose absence is part of some recordings.
    const outgoing = httpRequest(
      processMaker.url + request.path,
      { method: request.method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const pairs = Object.entries(response.headers).map(([name, value]): [string, string] => [
            name,
            String(value),
          ]);
          resolve({
            status: response.statusCode ?? 0,
            headers: new Headers(pairs),
            text: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The body, with what was cut from it filled up; one that was too large is made larger than the limit. */
function bodyOf({ request, response }: Recording, limit: number): string | undefined {
  if (request.body === null) return undefined;
  const cut = CUT.exec(request.body);
  if (cut === null) return request.body;
  const tooLarge: Record<number, number> = { 413: limit, 422: LARGE_FILE };
  const missing = tooLarge[response.status] ?? Number(cut[1]);
  return `${request.body.slice(0, cut.index)}${'x'.repeat(missing)}${endOf(request.headers['Content-Type'])}`;
}

/** What ends a body behind the text that was cut. */
function endOf(contentType = ''): string {
  const boundary = /boundary=(\S+)/.exec(contentType)?.[1];
  return boundary === undefined ? '"}' : `\r\n--${boundary}--\r\n`;
}
