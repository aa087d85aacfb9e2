import type { JsonObject } from '../../processmaker';
import type { UserRow } from '../../processmaker/database/rows';
import type { Query } from '../../processmaker/http/query';
import type { Instance } from '../../processmaker/instance';
import { OF_REQUEST } from '../../processmaker/requests/comments';
import { insert } from '../../processmaker/requests/store';
import type { Recording } from './recording';
import { sqlTime, storeRequestAlone } from './shown-requests';

/** Behind all comments that a recording shows. */
const BEHIND = 1_000_000;

/** A Request with the comments that a response shows, and as many more as it tells of. */
export function storeShownComments(
  instance: Instance,
  user: UserRow,
  query: Query,
  { response }: Recording,
): void {
  const id = Number(query.text('commentable_id'));
  if (!(id > 0)) return;
  const isSeen = response.status === 200;
  storeRequestAlone(instance, { id, user_id: isSeen ? user.id : 1 }, {});
  if (!isSeen) return;
  const { data, meta } = response.json as { data: JsonObject[]; meta: { total: number } };
  for (const row of data) {
    const { parent_id: parent, replied_message: replied } = row;
    if (replied && Number(parent) !== 0) storeComment(instance, replied as JsonObject);
    storeComment(instance, row);
  }
  const stored = instance.database.all<{ id: number }>('SELECT id FROM comments');
  const first = query.text('order_direction') === 'desc' ? 1 : BEHIND;
  const [type = 'MESSAGE'] = query.text('type').split(',').filter(Boolean);
  const taken = new Set(stored.map((row) => row.id));
  for (let next = first, left = meta.total - stored.length; left > 0; next++) {
    if (taken.has(next)) continue;
    storeComment(instance, { id: next, commentable_id: id, type });
    left--;
  }
}

function storeComment(instance: Instance, shown: JsonObject): void {
  insert(instance, 'comments', {
    id: Number(shown['id']),
    parent_id: Number(shown['parent_id'] ?? 0),
    user_id: (shown['user_id'] ?? null) as number | null,
    commentable_type: OF_REQUEST,
    commentable_id: Number(shown['commentable_id']),
    subject: (shown['subject'] ?? '') as string,
    body: (shown['body'] ?? '') as string,
    hidden: Number(shown['hidden'] ?? 0),
    type: shown['type'] as string,
    case_number: Number(shown['case_number'] ?? shown['commentable_id']),
    created_at: sqlTime(shown['created_at'] ?? null) ?? instance.sqlNow(),
  });
}
