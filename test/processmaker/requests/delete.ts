import type { Instance } from '../instance';

/** Removes a Request with its tasks and files, and the Requests of its sub-processes. */
export function deleteRequest({ database }: Instance, id: number): void {
  const remove = (requestId: number): void => {
    const children = database.all<{ id: number }>(
      'SELECT id FROM process_requests WHERE parent_request_id = ?',
      [requestId],
    );
    for (const child of children) remove(child.id);
    database.run('DELETE FROM process_request_tokens WHERE process_request_id = ?', [requestId]);
    database.run('DELETE FROM request_files WHERE process_request_id = ?', [requestId]);
    database.run('DELETE FROM comments WHERE commentable_id = ?', [requestId]);
    database.run('DELETE FROM process_requests WHERE id = ?', [requestId]);
  };
  database.transaction(() => remove(id));
}
