import { createHash } from 'node:crypto';
import type { FileRow, RequestRow } from '../database/rows';
import { toHttpTime } from '../database/time';
import { disposition } from '../files/name';
import { fileOwner, filesOf, findFile, removeFile, saveFile } from '../files/store';
import { readUpload } from '../files/upload';
import { notFound, unauthorized } from '../http/errors';
import { mayParticipate, maySee } from '../requests/access';
import { findRequest } from '../requests/store';
import { fileJson } from '../serializers/file';
import { requestJson } from '../serializers/request';
import { noContent, ok, type ApiResponse, type ApiCall, type Route } from './route';

/** The Request whose files a call is about. Who only may see it can read its files and no more. */
function requestOf({ instance, user, id }: ApiCall, isAllowed: typeof maySee): RequestRow {
  const request = findRequest(instance, id);
  if (request === undefined) throw notFound();
  if (!isAllowed(instance, user, request)) throw unauthorized();
  return request;
}

const baseOf = (url: string): string => url.replace(/\/api\/.*$/, '');

const list: Route = {
  method: 'GET',
  path: '/requests/{id}/files',
  handle(call) {
    const { instance, query, url } = call;
    const owner = fileOwner(instance, requestOf(call, maySee));
    if (query.text('id') !== '') {
      const file = findFile(instance, owner, query.text('id'));
      return ok({ data: [{ ...fileJson(file, baseOf(url)), model: requestJson(owner) }] });
    }
    const name = query.text('name');
    const files = filesOf(instance, owner).filter((file) => name === '' || file.data_name === name);
    return ok({ data: files.map((file) => fileJson(file, baseOf(url))) });
  },
};

const upload: Route = {
  method: 'POST',
  path: '/requests/{id}/files',
  async handle(call) {
    const { instance, user, raw, query } = call;
    const owner = fileOwner(instance, requestOf(call, mayParticipate));
    const file = await readUpload(raw, query, instance.uploadLimitBytes);
    return ok({ message: 'The file was uploaded.', fileUploadId: saveFile(instance, owner, user, file) });
  },
};

const download: Route = {
  method: 'GET',
  path: '/requests/{id}/files/{file}',
  handle(call) {
    const { instance, parameters } = call;
    const owner = fileOwner(instance, requestOf(call, maySee));
    return downloadResponse(findFile(instance, owner, parameters['file'] ?? ''));
  },
};

function downloadResponse(file: FileRow): ApiResponse {
  const bytes = Buffer.from(file.content, 'base64');
  const charset = file.mime_type.startsWith('text/') ? '; charset=UTF-8' : '';
  return {
    status: 200,
    body: undefined,
    file: {
      bytes,
      headers: {
        'Cache-Control': 'public',
        'Content-Type': `${file.mime_type}${charset}`,
        'Content-Disposition': disposition(file.file_name),
        'Last-Modified': toHttpTime(file.created_at),
        'Accept-Ranges': 'bytes',
        ETag: `"${createHash('md5').update(bytes).digest('hex')}"`,
      },
    },
  };
}

const remove: Route = {
  method: 'DELETE',
  path: '/requests/{id}/files/{file}',
  handle(call) {
    const { instance, parameters } = call;
    const owner = fileOwner(instance, requestOf(call, mayParticipate));
    removeFile(instance, findFile(instance, owner, parameters['file'] ?? ''));
    return noContent;
  },
};

/** The files of a Request. */
export const requestFileRoutes: Route[] = [list, upload, download, remove];
