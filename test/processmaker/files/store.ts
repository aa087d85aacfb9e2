import { randomUUID } from 'node:crypto';
import type { FileRow, RequestRow, UserRow } from '../database/rows';
import { ApiError, notFound } from '../http/errors';
import type { Instance } from '../instance';
import { findRequest, insert } from '../requests/store';
import { mimeTypeOf } from './mime';
import { baseName, storedName } from './name';

/** A file that somebody uploads. */
export interface Upload {
  /** What it is called where it comes from. */
  name: string;
  /** The variable of the Request that it belongs to. */
  dataName: string;
  content: Buffer;
}

/** The Request that holds the files: a sub-process keeps them with the one that was started. */
export function fileOwner(instance: Instance, request: RequestRow): RequestRow {
  const parent =
    request.parent_request_id === null ? undefined : findRequest(instance, request.parent_request_id);
  return parent === undefined ? request : fileOwner(instance, parent);
}

/** The files of a Request in the order of their ids. */
export function filesOf({ database }: Instance, owner: RequestRow): FileRow[] {
  return database.all<FileRow>('SELECT * FROM request_files WHERE process_request_id = ? ORDER BY id', [
    owner.id,
  ]);
}

/** One file of a Request. An id of none is answered with 400, that of another Request's file with 404. */
export function findFile(instance: Instance, owner: RequestRow, id: string): FileRow {
  const file = instance.database.get<FileRow>('SELECT * FROM request_files WHERE id = ?', [Number(id)]);
  if (file === undefined) {
    const message = 'Something went wrong and the file cannot be previewed or downloaded.';
    throw new ApiError(400, { message });
  }
  if (file.process_request_id !== owner.id) throw notFound();
  return file;
}

/**
 * Keeps a file in place of the one with the same variable, and gives its id. That one is gone even where the name of the
 * new one is refused.
 */
export function saveFile(instance: Instance, owner: RequestRow, user: UserRow, upload: Upload): number {
  const now = instance.sqlNow();
  const replaced = filesOf(instance, owner).filter((file) => file.data_name === upload.dataName);
  for (const file of replaced) removeFile(instance, file);
  return insert(instance, 'request_files', {
    uuid: randomUUID(),
    process_request_id: owner.id,
    name: baseName(upload.name),
    file_name: storedName(upload.name),
    data_name: upload.dataName,
    mime_type: mimeTypeOf(upload.content),
    size: upload.content.length,
    content: upload.content.toString('base64'),
    created_by: replaced[0]?.created_by ?? user.id,
    updated_by: user.id,
    created_at: now,
  });
}

/** Removes a file. */
export function removeFile({ database }: Instance, file: FileRow): void {
  database.run('DELETE FROM request_files WHERE id = ?', [file.id]);
}
