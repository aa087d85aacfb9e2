import type { IDataObject } from 'n8n-workflow';

import { findUploaded, sendRequestFile } from '../api/files/files';
import { updateRequest } from '../api/requests/changes';
import { aboutRequest, readRequest } from '../api/requests/requests';
import type { InputFile } from '../fields/inputFiles';
import { asText, isObject } from '../guards';
import type { Connection } from '../transport/connection';
import { explained, type ProcessMakerError, toProcessMakerError } from '../transport/processMakerError';
import { type Change, done, makeChange, NOT_SEEN } from './change';
import { KeyedQueue, type MemoryLimit } from './concurrency';

export interface UploadedFile extends Pick<InputFile, 'field' | 'variable' | 'fileName' | 'mimeType'> {
  fileId: number;
  requestId: number;
  size: number;
  /** The variable holds this file, which is another one than the item's: that one was not uploaded. */
  uploaded?: false;
}

export interface UploadSettings {
  memory: MemoryLimit;
  /**
   * What is looked for first: this very file, which replaces another one (`file`) or lets it be (`fileOrOther`); or what
   * its variable holds (`variable`), where it is known to have been there: another one was put in its place later.
   */
  lookFor?: 'file' | 'fileOrOther' | 'variable';
  timeoutSeconds?: number;
  /** Writes the ids of the files that are there to their variables, also when another file is not. */
  variables?: FileVariables;
}

/** What became of a file that was to be uploaded, as it is reported for an item that failed. */
export interface FileOutcome extends IDataObject {
  fileName: string;
  variable: string;
  outcome: 'uploaded' | 'notUploaded' | 'unknown';
  fileId?: number;
}

export type Uploads = Awaited<ReturnType<typeof uploadFiles>>;

/** Uploads one item's files, up to the first that cannot be. @returns as `error` why one, or its id, may be missing */
export async function uploadFiles(
  connection: Connection,
  requestId: number,
  files: InputFile[],
  settings: UploadSettings,
) {
  const { memory, variables } = settings;
  const uploaded: UploadedFile[] = [];
  let error: ProcessMakerError | undefined;
  try {
    for (const file of files) {
      // Itself, the form that holds it, and what it is compared with when the response was lost.
      const bytes = 3 * file.size;
      uploaded.push(await memory.run(bytes, () => uploadFile(connection, requestId, file, settings)));
    }
  } catch (thrown) {
    error = toProcessMakerError(thrown);
  }
  const outcomes = files.map(({ fileName, variable }, index): FileOutcome => {
    const file = uploaded[index];
    if (file?.uploaded === false) return { fileName, variable, outcome: 'notUploaded' };
    if (file) return { fileName: file.fileName, variable, outcome: 'uploaded', fileId: file.fileId };
    const isUnknown = index === uploaded.length && error?.delivery === 'unknown';
    return { fileName, variable, outcome: isUnknown ? 'unknown' : 'notUploaded' };
  });
  const inPlace = uploaded.filter((file) => file.uploaded !== false);
  if (variables && inPlace.length > 0) {
    try {
      await variables.write(requestId, inPlace);
    } catch (thrown) {
      error ??= toProcessMakerError(thrown);
    }
  }
  return { uploaded, outcomes, error };
}

/** Uploads a file to a Request. When the response was lost, the Request's files show whether it arrived. */
async function uploadFile(
  connection: Connection,
  requestId: number,
  file: InputFile,
  { lookFor, timeoutSeconds }: UploadSettings,
): Promise<UploadedFile> {
  const content = await file.load();
  const { field, variable, fileName, mimeType } = file;
  const place = { requestId, field, variable };
  const find = (sought?: Buffer) => findUploaded(connection, requestId, file, sought);
  const there = lookFor && (await find(lookFor === 'variable' ? undefined : content));
  if (there && (there.isSame || lookFor !== 'file')) {
    const { id: fileId, file_name: storedName, mime_type: type, size } = there.file;
    const isOther = lookFor === 'fileOrOther' && !there.isSame;
    const stored = { ...place, fileId, fileName: storedName, mimeType: asText(type), size };
    return isOther ? { ...stored, uploaded: false } : stored;
  }
  try {
    const fileId = await makeChange(connection, {
      send: () =>
        sendRequestFile(connection, requestId, variable, { fileName, mimeType, content }, timeoutSeconds),
      async look() {
        const found = await find(content);
        return found?.isSame ? done(found.file.id) : NOT_SEEN;
      },
    });
    const kept = /^[\p{L}\p{N}._()-]+$/u.test(fileName) ? undefined : await find().catch(() => undefined);
    const name = kept?.file.id === fileId ? kept.file.file_name : fileName;
    return { ...place, fileId, fileName: name, mimeType, size: content.length };
  } catch (error) {
    throw aboutUpload(error, requestId, file);
  }
}

function aboutUpload(thrown: unknown, requestId: number, { fileName }: InputFile): Error {
  return explained(aboutRequest(thrown, requestId), ({ kind, delivery, message, description }) => {
    if (delivery === 'unknown') {
      return {
        message: `It is not known whether the file '${fileName}' was uploaded to Request ${requestId}: ${message}`,
        description: `It was not among the Request's files afterwards, but may still come. ${description}`,
      };
    }
    if (kind === 'invalid') return { message: `ProcessMaker refused the file '${fileName}'` };
    if (kind !== 'tooLarge') return undefined;
    return {
      message: `The file '${fileName}' is larger than the web server of this ProcessMaker accepts`,
      description: 'Send a smaller file, or ask the administrator to raise the limit of the web server.',
    };
  });
}

/** Writes to the data of a Request, never twice at once: of simultaneous changes ProcessMaker keeps only some. */
export class FileVariables {
  private readonly queue = new KeyedQueue();

  constructor(private readonly connection: Connection) {}

  /** Writes ids to where forms look for them. When the response was lost, the Request's data shows them. */
  async write(requestId: number, files: UploadedFile[]): Promise<void> {
    const { connection } = this;
    const data = Object.fromEntries(files.map(({ variable, fileId }) => [variable, fileId]));
    const change: Change<void> = {
      send: async () => await updateRequest(connection, requestId, { data }),
      async look() {
        const request = await readRequest(connection, requestId, ['data']);
        const stored = isObject(request.data) ? request.data : {};
        return files.every(({ variable, fileId }) => stored[variable] === fileId)
          ? done(undefined)
          : NOT_SEEN;
      },
    };
    try {
      await this.queue.run(requestId, async () => await makeChange(connection, change));
    } catch (error) {
      throw notWritten(error, requestId, files);
    }
  }
}

function notWritten(thrown: unknown, requestId: number, files: UploadedFile[]): Error {
  const names = files.map(({ fileId, variable }) => `file ${fileId} ('${variable}')`).join(', ');
  return explained(thrown, ({ kind, delivery, message, description }) => ({
    message: `Uploaded to Request ${requestId}, but ${delivery === 'unknown' ? 'it is not known whether its id was' : 'its id was not'} written to the variable: ${names}. ${message}`,
    description:
      kind === 'forbidden'
        ? "To write into the data of a Request, the user needs the permission to edit task data (edit-task_data) while it is active, or to edit request data (edit-request_data). Ask a ProcessMaker administrator, or switch off 'Write File ID to Variable'."
        : description,
  }));
}

/** A sentence on what became of each file, for an item of several; empty for a single one. */
export function describeOutcomes(outcomes: FileOutcome[]): string {
  if (outcomes.length < 2) return '';
  const groups = (['uploaded', 'unknown', 'notUploaded'] as const).flatMap((kind) => {
    const names = outcomes.filter(({ outcome }) => outcome === kind).map(nameOf);
    return names.length === 0 ? [] : [`${TITLES[kind]}: ${names.join(', ')}.`];
  });
  return groups.join(' ');
}

const TITLES = { uploaded: 'Uploaded', unknown: 'Not known', notUploaded: 'Not uploaded' };

function nameOf({ fileName, fileId }: FileOutcome): string {
  return fileId === undefined ? `'${fileName}'` : `'${fileName}' (file ${fileId})`;
}
