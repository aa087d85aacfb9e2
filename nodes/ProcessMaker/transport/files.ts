import type { BodyStream } from './responseBody';
import { callFailure, detailOf } from './networkErrors';
import type { Connection } from './connection';
import { withDeadline } from './deadline';
import type { Failure, Result } from './failure';
import { encodeForm, type FileContent } from './multipart';
import { callApiPatiently, exchange, patiently, refused, type ApiCall } from './request';

/** For a file and its answer, unless told. */
export const FILE_TIMEOUT_SECONDS = 300;

/**
 * Sends a file as the field `file` of a form, once unless it surely did nothing.
 *
 * @param path below `/api/` (see `apiPath`)
 * @param fields further fields of the form
 * @returns the JSON of the answer
 */
export async function sendFile(
  connection: Connection,
  path: string,
  fields: Record<string, string>,
  file: FileContent,
  timeoutSeconds = FILE_TIMEOUT_SECONDS,
): Promise<Result<object>> {
  const body = encodeForm(fields, file);
  return await callApiPatiently(connection, { method: 'POST', path, body, timeoutSeconds });
}

/**
 * Reads a file, and again when its connection broke.
 *
 * @param path below `/api/` (see `apiPath`)
 * @param store takes the bytes as they come, each time from the beginning
 * @param timeoutSeconds for the beginning of the answer, and once more for all of the file
 */
export async function fetchFile<T>(
  connection: Connection,
  path: string,
  store: (body: BodyStream) => Promise<T>,
  timeoutSeconds = FILE_TIMEOUT_SECONDS,
): Promise<Result<T>> {
  const call: ApiCall = { method: 'GET', path, expects: 'file', timeoutSeconds };
  return await patiently(connection, async () => {
    const answer = await exchange(connection, call);
    if (!answer.ok) return answer;
    const body = answer.value.body as BodyStream;
    // Nobody listens any more when it breaks after the deadline, and n8n would end.
    body.on('error', () => undefined);
    try {
      return { ok: true, value: await withDeadline(store(body), timeoutSeconds * 1000) };
    } catch (error) {
      return refused(connection, call, storeFailure(error) ?? callFailure(error, timeoutSeconds));
    } finally {
      body.destroy();
    }
  });
}

/** Codes of the file system, where n8n keeps binary data. */
const STORAGE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'EMFILE', 'EIO']);

function storeFailure(error: unknown): Failure | undefined {
  const code = detailOf(error, 'code');
  if (!STORAGE.has(code)) return undefined;
  return {
    kind: 'storage',
    message: `n8n could not store the file (${code})`,
    description: 'See whether the disk of n8n is full, and may be written to.',
    delivery: 'notProcessed',
  };
}
