import type { IExecuteFunctions } from 'n8n-workflow';

import { pauseFor, type Connection } from '../../../transport/connection';
import type { Failure, Result } from '../../../transport/failure';
import { fetchFile, sendFile } from '../../../transport/files';
import { isObject } from '../../../guards';
import { aboutRequest } from '../../../api/requests/requests';
import { isSameName, variableOf } from '../../../api/files/apiFile';
import type { InputFile } from '../../../input/inputFiles';
import type { MemoryRoom } from './memoryRoom';
import { filePath, filesPath, readFiles } from '../../../api/files/requestFiles';

/** A file that is in ProcessMaker now. */
export interface UploadedFile extends Pick<InputFile, 'field' | 'variable' | 'fileName' | 'mimeType'> {
  fileId: number;
  requestId: number;
  /** In bytes. */
  size: number;
}

export interface UploadSettings {
  /** One for all files of a run. */
  room: MemoryRoom;
  /**
   * What is looked for first, since an earlier try may have uploaded it: this very file, or, where that is sure and in a
   * Request of the run's own, whatever its variable holds, since only a later change can have put another file there.
   */
  lookFor?: 'file' | 'variable';
  timeoutSeconds?: number;
}

/**
 * Uploads a file to a Request: `POST /api/1.0/requests/{id}/files`, a form with `file` and `data_name`. A file with the
 * same variable makes room for it. Whether one arrived whose answer was lost is seen on the Request's files; it is not
 * sent again.
 */
export async function uploadFile(
  connection: Connection,
  requestId: number,
  file: InputFile,
  { lookFor, timeoutSeconds }: Omit<UploadSettings, 'room'>,
): Promise<Result<UploadedFile>> {
  const loaded = await file.load();
  if (!loaded.ok) return loaded;
  const content = loaded.value;
  const { field, variable, fileName, mimeType } = file;
  const uploaded = (fileId: number): Result<UploadedFile> => ({
    ok: true,
    value: { fileId, requestId, field, variable, fileName, mimeType, size: content.length },
  });
  if (lookFor) {
    const there =
      lookFor === 'file'
        ? await findSame(connection, requestId, file, content)
        : await findOfVariable(connection, requestId, variable);
    if (!there.ok) return there;
    if (there.value !== undefined) return uploaded(there.value);
  }
  const fields = { data_name: variable };
  const sent = await sendFile(
    connection,
    filesPath(requestId),
    fields,
    { fileName, mimeType, content },
    timeoutSeconds,
  );
  if (sent.ok && isObject(sent.value) && Number.isInteger(sent.value.fileUploadId)) {
    return uploaded(Number(sent.value.fileUploadId));
  }
  const failure = sent.ok ? NO_FILE_ID : sent.failure;
  if (failure.delivery === 'notProcessed')
    return { ok: false, failure: aboutUpload(failure, requestId, file) };
  const arrived = await lookForLost(connection, requestId, file, content);
  return arrived === undefined
    ? { ok: false, failure: unknownUpload(failure, requestId, file) }
    : uploaded(arrived);
}

const NO_FILE_ID: Failure = {
  kind: 'foreignAnswer',
  message: 'The answer to the upload does not hold the id of the file',
  description: "Check the 'Instance URL' of the credential.",
  delivery: 'unknown',
};

/** How long to pause before each look for a file whose answer was lost: ProcessMaker may still be storing it. */
const LOOKS_AFTER_MS = [0, 500, 1000];

async function lookForLost(
  connection: Connection,
  requestId: number,
  file: InputFile,
  content: Buffer,
): Promise<number | undefined> {
  for (const milliseconds of LOOKS_AFTER_MS) {
    if (milliseconds > 0 && !(await pauseFor(connection, milliseconds))) return undefined;
    const found = await findSame(connection, requestId, file, content);
    if (found.ok && found.value !== undefined) return found.value;
  }
  return undefined;
}

/**
 * Looks for this very file: its variable, its name, and its content, byte by byte, since a file of another day may have
 * the same size.
 *
 * @returns its id
 */
async function findSame(
  connection: Connection,
  requestId: number,
  { variable, fileName }: InputFile,
  content: Buffer,
): Promise<Result<number | undefined>> {
  const files = await readFiles(connection, requestId);
  if (!files.ok) return files;
  const { helpers } = connection.context as IExecuteFunctions;
  const alike = files.value.filter(
    (stored) =>
      stored.size === content.length &&
      variableOf(stored) === variable &&
      isSameName(stored.file_name, fileName),
  );
  for (const { id } of alike.reverse()) {
    const stored = await fetchFile(connection, filePath(requestId, id), (body) =>
      helpers.binaryToBuffer(body),
    );
    if (!stored.ok) return stored;
    if (content.equals(stored.value)) return { ok: true, value: id };
  }
  return { ok: true, value: undefined };
}

async function findOfVariable(
  connection: Connection,
  requestId: number,
  variable: string,
): Promise<Result<number | undefined>> {
  const files = await readFiles(connection, requestId);
  if (!files.ok) return files;
  return { ok: true, value: files.value.find((file) => variableOf(file) === variable)?.id };
}

function aboutUpload(failure: Failure, requestId: number, { fileName }: InputFile): Failure {
  if (failure.kind === 'invalid')
    return { ...failure, message: `ProcessMaker refused the file '${fileName}'` };
  if (failure.kind === 'tooLarge') {
    return {
      ...failure,
      message: `The file '${fileName}' is larger than the web server of this ProcessMaker accepts`,
      description: 'Send a smaller file, or ask the administrator to raise the limit of the web server.',
    };
  }
  return aboutRequest(failure, requestId);
}

function unknownUpload(failure: Failure, requestId: number, { fileName }: InputFile): Failure {
  return {
    ...failure,
    message: `It is not known whether the file '${fileName}' was uploaded to Request ${requestId}: ${failure.message}`,
    description: `It was not among the Request's files afterwards, but may still come. ${failure.description}`,
  };
}
