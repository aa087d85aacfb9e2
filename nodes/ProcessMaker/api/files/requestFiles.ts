import type { Connection } from '../../transport/connection';
import type { Failure, Result } from '../../transport/failure';
import { apiPath, callApiPatiently } from '../../transport/request';
import { isObject } from '../../guards';
import { aboutRequest } from '../requests/requests';
import { isApiFile, type ApiFile } from './apiFile';

/** Below `/api/`: the files of a Request. */
export function filesPath(requestId: number): string {
  return apiPath('1.0', 'requests', requestId, 'files');
}

/** Below `/api/`: one file of a Request. */
export function filePath(requestId: number, fileId: number): string {
  return apiPath('1.0', 'requests', requestId, 'files', fileId);
}

/**
 * Reads the list of a Request's files, which has no pages: `GET /api/1.0/requests/{id}/files`.
 *
 * @returns the files in the order of their ids; a failure when the answer is anything but a list of them
 */
export async function readFiles(connection: Connection, requestId: number): Promise<Result<ApiFile[]>> {
  const answer = await callApiPatiently(connection, { method: 'GET', path: filesPath(requestId) });
  if (!answer.ok) return { ok: false, failure: aboutRequest(answer.failure, requestId) };
  const entries: unknown[] | undefined =
    isObject(answer.value) && Array.isArray(answer.value.data) ? answer.value.data : undefined;
  const files = entries?.filter(isApiFile);
  // An answer that is no list of files does not say that there is none.
  if (!files || files.length !== entries?.length) return { ok: false, failure: NOT_FILES };
  return { ok: true, value: files };
}

const NOT_FILES: Failure = {
  kind: 'foreignAnswer',
  message: 'The list of files is not in the form that ProcessMaker gives it',
  description: "Check the 'Instance URL' of the credential.",
  delivery: 'notProcessed',
};

/** The lists of files of a run, each read once. */
export class RequestFiles {
  private readonly lists = new Map<number, Promise<Result<ApiFile[]>>>();

  constructor(private readonly connection: Connection) {}

  async of(requestId: number): Promise<Result<ApiFile[]>> {
    let list = this.lists.get(requestId);
    if (!list) {
      list = readFiles(this.connection, requestId);
      this.lists.set(requestId, list);
    }
    return await list;
  }
}

/** What an answer means when it is about one file: one that is missing is a 400, or a 404 in plain text. */
export function aboutFile(failure: Failure, requestId: number, fileId: number): Failure {
  if (failure.httpStatus !== 400 && failure.httpStatus !== 404) return aboutRequest(failure, requestId);
  return {
    ...failure,
    kind: 'notFound',
    message: `Request ${requestId} has no file ${fileId} any more`,
    description: 'It was deleted, or another file has taken its place.',
    delivery: 'notProcessed',
  };
}
