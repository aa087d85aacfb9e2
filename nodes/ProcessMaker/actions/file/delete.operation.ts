import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { fileLocator } from '../../descriptions/locators/file';
import { requestLocator } from '../../descriptions/locators/request';
import { findFile, readFileReference } from '../../api/files/fileReference';
import { aboutFile, filePath, readFiles } from '../../api/files/requestFiles';
import { readRequestReference, RequestIds } from '../../api/requests/requestReference';
import { runItems } from '../../execution/runItems';
import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import { callApiPatiently } from '../../transport/request';
import type { Operation } from '../operation';

export const deleteFile: Operation = {
  value: 'delete',
  name: 'Delete',
  action: 'Delete file',
  description: 'Delete a file of a Request for good',
  fields: [requestLocator, fileLocator],
  execute,
};

const DELETED = [{ json: { deleted: true } }];

/** Deletes one file per item. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: true,
    read(context, itemIndex, connection) {
      const request = readRequestReference(context, itemIndex, connection);
      if (!request.ok) return request;
      const file = readFileReference(context, itemIndex);
      if (!file.ok) return file;
      return { ok: true, value: { request: request.value, file: file.value } };
    },
    begin(connection, all) {
      const ids = new RequestIds(
        connection,
        all.map(({ request }) => request),
      );
      return async ({ request, file: reference }, { mayBeDone, isDone }) => {
        if (isDone) return { ok: true, value: DELETED };
        const requestId = await ids.idOf(request);
        if (!requestId.ok) return requestId;
        const files = await readFiles(connection, requestId.value);
        if (!files.ok) return files;
        const file = findFile(files.value, reference, requestId.value);
        if (!file.ok) {
          const isGone = mayBeDone && file.failure.kind === 'notFound';
          return isGone ? { ok: true, value: DELETED } : file;
        }
        const deleted = await deleteOne(connection, requestId.value, file.value.id);
        return deleted.ok ? { ok: true, value: DELETED } : deleted;
      };
    },
  });
}

/** `DELETE /api/1.0/requests/{id}/files/{file}`. When its answer was lost, the list of files tells what became of it. */
async function deleteOne(connection: Connection, requestId: number, fileId: number): Promise<Result<object>> {
  const call = await callApiPatiently(connection, {
    method: 'DELETE',
    path: filePath(requestId, fileId),
    expects: 'nothing',
  });
  if (call.ok) return call;
  if (call.failure.delivery === 'unknown') {
    const files = await readFiles(connection, requestId);
    if (files.ok && !files.value.some(({ id }) => id === fileId)) return { ok: true, value: {} };
    return call;
  }
  return { ok: false, failure: aboutFile(call.failure, requestId, fileId) };
}
