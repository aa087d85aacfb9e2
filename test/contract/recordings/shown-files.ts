import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../processmaker';
import type { Instance } from '../../processmaker/instance';
import { insert } from '../../processmaker/requests/store';
import type { Recording } from './recording';
import { shownData, storeRequest } from './shown-requests';

const PATH = /^\/api\/1\.0\/requests\/(\d+)\/files(?:\/(\d+))?$/;

/** The user id of `limited`, whose Request the recordings of files are about. */
const LIMITED = 3;

/** Stores the Request that a recording of files is about, and the files that it shows or names. */
export function storeShownFiles(
  instance: Instance,
  pathname: string,
  { request, response }: Recording,
): void {
  const [, requestId, fileId] = PATH.exec(pathname) ?? [];
  if (requestId === undefined || (fileId === undefined && response.status === 404)) return;
  const files = listed(response.json);
  const shown = {
    id: Number(requestId),
    user_id: LIMITED,
    ...(files[0]?.['model'] as JsonObject | undefined),
  };
  storeRequest(instance, shown, shownData(instance, shown).data, []);
  const isThere = fileId !== undefined && response.status < 300;
  const content = request.method === 'GET' ? (response.text ?? '') : '';
  const named = { id: Number(fileId), file_name: nameOf(response) };
  if (isThere) storeFile(instance, shown.id, named, content);
  // One that is there and yet not found is another Request's.
  else if (fileId !== undefined && response.status === 404) storeFile(instance, shown.id + 1, named, content);
  for (const file of files) storeFile(instance, shown.id, file, '');
}

/** The name of a file that a response brings. */
function nameOf({ headers }: Recording['response']): string {
  const disposition = new Headers(headers).get('content-disposition') ?? '';
  const [, encoded] = /filename\*=utf-8''(\S+)/.exec(disposition) ?? [];
  const [, plain = 'doc.txt'] = /filename="?([^";]+)/.exec(disposition) ?? [];
  return encoded === undefined ? plain : decodeURIComponent(encoded);
}

function listed(json: Json | undefined): JsonObject[] {
  const data = typeof json === 'object' && json !== null && !Array.isArray(json) ? json['data'] : undefined;
  return Array.isArray(data) ? (data as JsonObject[]) : [];
}

function storeFile(instance: Instance, requestId: number, file: JsonObject, content: string): void {
  const properties = (file['custom_properties'] ?? {}) as { data_name?: string };
  insert(instance, 'request_files', {
    id: Number(file['id']),
    uuid: randomUUID(),
    process_request_id: requestId,
    name: typeof file['name'] === 'string' ? file['name'] : '',
    file_name: file['file_name'] as string,
    data_name: properties.data_name ?? 'attachment',
    mime_type: typeof file['mime_type'] === 'string' ? file['mime_type'] : 'text/plain',
    size: content.length,
    content: Buffer.from(content).toString('base64'),
    created_by: LIMITED,
    updated_by: LIMITED,
    created_at: instance.sqlNow(),
  });
}
