import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { asText, isObject } from '../../guards';
import type { Connection } from '../../transport/connection';
import {
  encodeForm,
  fetchFile,
  FILE_TIMEOUT_SECONDS,
  type FileContent,
  loadFile,
} from '../../transport/files';
import { explained, inputError, unexpectedResponse } from '../../transport/processMakerError';
import { apiPath, read, sendRequest } from '../../transport/request';
import type { BodyStream } from '../../transport/response';
import { aboutRequest } from '../requests/requests';

/** A file as ProcessMaker's API gives it, as far as it is relied on; its size in bytes. */
export interface ApiFile extends IDataObject {
  id: number;
  file_name: string;
  size: number;
}

export type FileReference = { id: number } | { variable: string };

/** The variable of the Request that a file belongs to; its name where it was uploaded without one. */
export function variableOf({ custom_properties: properties }: ApiFile): string {
  return isObject(properties) ? asText(properties.data_name) : '';
}

/** What matters of a file to most workflows. Its `original_url` may be open to everybody, and is not passed on. */
export function simplifyFile(file: ApiFile, requestId: number): IDataObject {
  const properties = isObject(file.custom_properties) ? file.custom_properties : {};
  return {
    fileId: file.id,
    requestId,
    fileName: file.file_name,
    variable: variableOf(file),
    mimeType: file.mime_type ?? null,
    size: file.size,
    createdAt: file.created_at ?? null,
    createdBy: properties.createdBy ?? null,
  };
}

/** Whether ProcessMaker keeps a file of one name under the other: it puts dashes for what it does not allow. */
export function isSameName(stored: string, sent: string): boolean {
  const essence = (name: string) => name.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}.]/gu, '');
  return essence(stored) === essence(sent);
}

/** Reads a Request's files: `GET /api/1.0/requests/{id}/files`, in the order of their ids; the list has no pages. */
export async function readFiles(connection: Connection, requestId: number): Promise<ApiFile[]> {
  const body = await read(connection, { path: filesPath(requestId) }).catch((error: unknown) => {
    throw aboutRequest(error, requestId);
  });
  const { data } = body as { data?: unknown };
  if (!Array.isArray(data) || !data.every(isApiFile)) {
    throw unexpectedResponse('The list of files is not in the form that ProcessMaker gives it');
  }
  return data;
}

/** Finds a file among those of its Request. */
export function findFile(files: ApiFile[], reference: FileReference, requestId: number): ApiFile {
  const isById = 'id' in reference;
  const found = files.filter((file) =>
    isById ? file.id === reference.id : variableOf(file) === reference.variable,
  );
  const [file, ...others] = found;
  if (file && others.length === 0) return file;
  const name = isById ? `file ${reference.id}` : `file with the variable '${reference.variable}'`;
  if (file) {
    throw inputError(
      `Request ${requestId} has more than one ${name}`,
      `Choose one of them by its id: ${listOf(found)}.`,
    );
  }
  const advice = files.length === 0 ? 'It has no files at all.' : `Its files are: ${listOf(files)}.`;
  throw inputError(`Request ${requestId} has no ${name}`, advice).with({ kind: 'notFound' });
}

/** Deletes a file of a Request, once: `DELETE /api/1.0/requests/{id}/files/{file}`. */
export async function sendFileDeletion(connection: Connection, requestId: number, fileId: number) {
  const path = filesPath(requestId, fileId);
  await sendRequest(connection, { method: 'DELETE', path, expects: 'nothing' });
}

/** What a response means when it is about one file: one that is missing is a 400, or a 404 in plain text. */
export function aboutFile(thrown: unknown, requestId: number, fileId: number): Error {
  return explained(aboutRequest(thrown, requestId), ({ httpStatus, delivery }) => {
    if (delivery === 'unknown' || (httpStatus !== 400 && httpStatus !== 404)) return undefined;
    return {
      kind: 'notFound',
      message: `Request ${requestId} has no file ${fileId} any more`,
      description: 'It was deleted, or another file has taken its place.',
      delivery: 'notProcessed',
    };
  });
}

function filesPath(requestId: number, ...fileId: number[]): string {
  return apiPath('1.0', 'requests', requestId, 'files', ...fileId);
}

function isApiFile(entry: unknown): entry is ApiFile {
  const { id, file_name: name, size } = isObject(entry) ? entry : {};
  return Number.isInteger(id) && typeof name === 'string' && Number.isInteger(size);
}

const MAX_LISTED = 20;

function listOf(files: ApiFile[]): string {
  const texts = files.map((file) => `${file.id} (${file.file_name}, variable '${variableOf(file)}')`);
  if (texts.length > MAX_LISTED) texts.splice(MAX_LISTED, Infinity, 'and more');
  return texts.join(', ');
}

/** Downloads a file into n8n's storage for binary data, as it comes: `GET /api/1.0/requests/{id}/files/{file}`. */
export async function downloadFile(
  connection: Connection,
  context: IExecuteFunctions,
  requestId: number,
  { id, file_name: name, mime_type: type, size }: ApiFile,
  timeoutSeconds: number,
): Promise<IBinaryData> {
  const mimeType = typeof type === 'string' ? type : undefined;
  const store = async (body: BodyStream) => await context.helpers.prepareBinaryData(body, name, mimeType);
  const path = filesPath(requestId, id);
  const binary = await fetchFile(connection, path, store, timeoutSeconds).catch((error: unknown) => {
    throw aboutFile(error, requestId, id);
  });
  const { bytes } = binary;
  if (bytes === undefined || bytes === size) return binary;
  throw unexpectedResponse(
    `File ${id} of Request ${requestId} came with ${bytes} bytes, but ProcessMaker lists it with ${size}`,
  ).with({
    description:
      'The file may be damaged on the server, or a gateway in front of it changes files. Open it in ProcessMaker.',
  });
}

/** Uploads a file once: `POST /api/1.0/requests/{id}/files`. One with the same variable makes room. @returns its id */
export async function sendRequestFile(
  connection: Connection,
  requestId: number,
  variable: string,
  file: FileContent,
  timeoutSeconds = FILE_TIMEOUT_SECONDS,
): Promise<number> {
  const form = encodeForm({ data_name: variable }, file);
  const call = { method: 'POST', path: filesPath(requestId), body: form, timeoutSeconds } as const;
  const body = await sendRequest(connection, call);
  if ('fileUploadId' in body && Number.isInteger(body.fileUploadId)) return Number(body.fileUploadId);
  throw unexpectedResponse('The response to the upload does not hold the id of the file', 'unknown');
}

/** Looks for this very file, byte by byte. @param content undefined when any will do @returns it, or another one */
export async function findUploaded(
  connection: Connection,
  requestId: number,
  { variable, fileName }: { variable: string; fileName: string },
  content: Buffer | undefined,
): Promise<{ file: ApiFile; isSame: boolean } | undefined> {
  const files = (await readFiles(connection, requestId)).filter((file) => variableOf(file) === variable);
  for (const file of files.toReversed()) {
    if (file.size !== content?.length || !isSameName(file.file_name, fileName)) continue;
    const stored = await loadFile(connection, filesPath(requestId, file.id)).catch((error: unknown) => {
      throw aboutFile(error, requestId, file.id);
    });
    if (content.equals(stored)) return { file, isSame: true };
  }
  const [other] = files;
  return other && { file: other, isSame: false };
}
