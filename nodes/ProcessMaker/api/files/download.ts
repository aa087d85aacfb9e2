import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import { fetchFile } from '../../transport/files';
import type { ApiFile } from './apiFile';
import { aboutFile, filePath } from './requestFiles';

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
): Promise<Result<IBinaryData>> {
  const binary = await fetchFile(
    connection,
    filePath(requestId, id),
    async (body) =>
      await context.helpers.prepareBinaryData(body, name, typeof type === 'string' ? type : undefined),
    timeoutSeconds,
  );
  if (!binary.ok) return { ok: false, failure: aboutFile(binary.failure, requestId, id) };
  const { bytes } = binary.value;
  if (bytes === undefined || bytes === size) return binary;
  return {
    ok: false,
    failure: {
      kind: 'foreignAnswer',
      message: `File ${id} of Request ${requestId} came with ${bytes} bytes, but ProcessMaker lists it with ${size}`,
      description:
        'The file may be damaged on the server, or a gateway in front of it changes files. Open it in ProcessMaker.',
      delivery: 'notProcessed',
    },
  };
}
