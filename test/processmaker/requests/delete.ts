import type { Instance } from '../instance';

/** Removes a Request with its tasks and files. */
export function deleteRequest({ database }: Instance, id: number): void {
  database.transaction(() => {
    database.run('DELETE FROM process_request_tokens WHERE process_request_id = ?', [id]);
    database.run('DELETE FROM request_files WHERE process_request_id = ?', [id]);
    database.run('DELETE FROM process_requests WHERE id = ?', [id]);
  });
}
