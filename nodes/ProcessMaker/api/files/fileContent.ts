import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import { fetchFile, sendFile } from '../../transport/files';
import type { FileContent } from '../../transport/multipart';
import { unexpectedResponse } from '../../transport/processMakerError';
import { aboutFile, filePath, filesPath, type ApiFile } from './files';

/**
 * Downloads a file of a Request into n8n's storage for binary data, as it comes:
 * `GET /api/1.0/requests/{id}/files/{file}`.
 */
export async function downloadFile(
  connection: Connection,
  context: IExecuteFunctions,
  requestId: number,
  { id, file_name: name, mime_type: type, size }: ApiFile,
  timeoutSeconds: number,
): Promise<IBinaryData> {
  let binary: IBinaryData;
  try {
    binary = await fetchFile(
      connection,
      filePath(requestId, id),
      async (body) =>
        await context.helpers.prepareBinaryData(body, name, typeof type === 'string' ? type : undefined),
      timeoutSeconds,
    );
  } catch (error) {
    throw aboutFile(error, requestId, id);
  }
  const { bytes } = binary;
  if (bytes === undefined || bytes === size) return binary;
  throw unexpectedResponse(
    `File ${id} of Request ${requestId} came with ${bytes} bytes, but ProcessMaker lists it with ${size}`,
  ).with({
    description:
      'The file may be damaged on the server, or a gateway in front of it changes files. Open it in ProcessMaker.',
  });
}

/** Downloads a file of a Request into memory: `GET /api/1.0/requests/{id}/files/{file}`. */
export async function loadFile(
  connection: Connection,
  { helpers }: IExecuteFunctions,
  requestId: number,
  fileId: number,
): Promise<Buffer> {
  return await fetchFile(
    connection,
    filePath(requestId, fileId),
    async (body) => await helpers.binaryToBuffer(body),
  );
}

/**
 * Uploads a file to a Request, once: `POST /api/1.0/requests/{id}/files`, a form with `file` and `data_name`. A file
 * with the same variable makes room for it.
 *
 * @returns the id of the file
 */
export async function sendRequestFile(
  connection: Connection,
  requestId: number,
  variable: string,
  file: FileContent,
  timeoutSeconds?: number,
): Promise<number> {
  const fields = { data_name: variable };
  const body = await sendFile(connection, filesPath(requestId), fields, file, timeoutSeconds);
  if ('fileUploadId' in body && Number.isInteger(body.fileUploadId)) return Number(body.fileUploadId);
  throw unexpectedResponse('The answer to the upload does not hold the id of the file', 'unknown');
}
