import { randomUUID } from 'node:crypto';

import { type Connection, withDeadline } from './connection';
import { detailOf, networkError } from './networkErrors';
import { newError, ProcessMakerError } from './processMakerError';
import { callError, exchange, type Form, withRetries } from './request';
import type { BodyStream } from './response';

/** A file that is sent; for its name see `toFileName`. */
export interface FileContent {
  content: Buffer;
  fileName: string;
  mimeType: string;
}

/** Makes a form (multipart/form-data) of text fields, and of one file in its field `file`. */
export function encodeForm(fields: Record<string, string>, file: FileContent): Form {
  const boundary = `n8n-${randomUUID()}`;
  const { fileName, content } = file;
  const mimeType = /^[\w.+-]+\/[\w.+-]+$/.test(file.mimeType) ? file.mimeType : 'application/octet-stream';
  const part = (name: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`;
  const texts = Object.entries(fields).map(([name, value]) => `${part(name)}\r\n\r\n${value}\r\n`);
  const type = `; filename="${fileName}"\r\nContent-Type: ${mimeType}\r\n\r\n`;
  const head = texts.join('') + part('file') + type;
  return {
    content: Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

/** A file's name without what servers read in different ways: quotes, slashes and line breaks become dashes. */
export function toFileName(name: string): string {
  return name
    .toWellFormed()
    .replace(/["/\\\p{Cc}]/gu, '-')
    .trim();
}

export const FILE_TIMEOUT_SECONDS = 300;
/** The largest file that is sent or read. */
export const MAX_FILE_MEGABYTES = 100;

/**
 * Reads a file, and again when its connection broke. @param store takes the bytes, each time from the beginning
 * @param timeoutSeconds for the beginning of the response, and once more for all of the file
 */
export async function fetchFile<T>(
  connection: Connection,
  path: string,
  store: (body: BodyStream) => Promise<T>,
  timeoutSeconds = FILE_TIMEOUT_SECONDS,
): Promise<T> {
  const call = { method: 'GET', path, expects: 'file', timeoutSeconds } as const;
  return await withRetries(connection, async () => {
    const response = await exchange(connection, call);
    const body = response.body as BodyStream;
    endWhenTooLarge(body);
    try {
      return await withDeadline(store(body), timeoutSeconds * 1000);
    } catch (error) {
      const refused = body.errored instanceof ProcessMakerError ? body.errored : storageError(error);
      throw callError(connection, call, refused ?? networkError(error, timeoutSeconds));
    } finally {
      body.destroy();
    }
  });
}

/** Reads a file into memory. n8n has a helper for that only where a node runs, not for the lists of its panel. */
export async function loadFile(connection: Connection, path: string): Promise<Buffer> {
  return await fetchFile(connection, path, async (body) => {
    const chunks: Buffer[] = [];
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  });
}

/** Counts the bytes once somebody reads them: a stream does not wait for others when it has a reader. */
function endWhenTooLarge(body: BodyStream): void {
  let size = 0;
  const count = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_FILE_MEGABYTES * 1024 * 1024) return;
    const message = `The file is larger than ${MAX_FILE_MEGABYTES} MB`;
    const advice = 'The node takes none that is larger. Download it in ProcessMaker.';
    body.destroy(newError('tooLarge', message, advice));
  };
  body.on('newListener', function begin(event) {
    if (event !== 'data' && event !== 'readable') return;
    body.off('newListener', begin);
    body.on('data', count);
  });
}

/** Codes of the file system, where n8n keeps binary data. */
const STORAGE = /^(?:ENOSPC|EDQUOT|EROFS|EACCES|EPERM|ENOENT|EMFILE|EIO)$/;

function storageError(thrown: unknown): ProcessMakerError | undefined {
  const code = detailOf(thrown, 'code');
  const advice = 'See whether the disk of n8n is full, and may be written to.';
  return STORAGE.test(code)
    ? newError('storage', `n8n could not store the file (${code})`, advice)
    : undefined;
}
