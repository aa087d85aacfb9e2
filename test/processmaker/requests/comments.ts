import type { CommentRow, RequestRow, UserRow } from '../database/rows';
import type { Instance } from '../instance';
import { insert } from './store';

/** What comments of a Request name as the thing that they are about. */
export const OF_REQUEST = 'ProcessMaker\\Models\\ProcessRequest';

/** The server's own note of what a user has done to a Request. */
export function noteInComments(
  instance: Instance,
  request: RequestRow,
  user: UserRow,
  { subject, body }: Pick<CommentRow, 'subject' | 'body'>,
): void {
  insert(instance, 'comments', {
    parent_id: 0,
    user_id: user.id,
    commentable_type: OF_REQUEST,
    commentable_id: request.id,
    subject,
    body,
    hidden: 0,
    type: 'LOG',
    case_number: request.case_number,
    created_at: instance.sqlNow(),
  });
}
