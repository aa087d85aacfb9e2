import type { CommentRow } from '../database/rows';
import { collection, pageOf, pageRows } from '../http/collection';
import { ApiError, notFound, unauthorized } from '../http/errors';
import { maySee } from '../requests/access';
import { findRequest, findUser } from '../requests/store';
import { type Authored, commentJson } from '../serializers/comment';
import type { Query } from '../http/query';
import { ok, type Route } from './route';

const PER_PAGE = 100;

/** The comments of a Request. A `filter` is ignored, and only administrators see hidden ones. */
const list: Route = {
  method: 'GET',
  path: '/comments',
  handle({ instance, user, query, url }) {
    requireThing(query);
    const request = findRequest(instance, Number(query.text('commentable_id')));
    if (request === undefined) throw notFound();
    if (!maySee(instance, user, request)) throw unauthorized();
    const types = query.text('type').split(',');
    const order = /^desc$/i.test(query.text('order_direction')) ? 'DESC' : 'ASC';
    const all = instance.database
      .all<CommentRow>(
        `SELECT * FROM comments WHERE commentable_type = ? AND commentable_id = ? ORDER BY id ${order}`,
        [query.text('commentable_type'), request.id],
      )
      .filter(({ hidden }) => hidden === 0 || user.is_administrator === 1)
      .filter(({ type }) => !query.has('type') || types.includes(type));
    const page = query.has('per_page') ? pageOf(query) : { ...pageOf(query), size: PER_PAGE };
    const authored = (comment: CommentRow): Authored => ({
      comment,
      user: comment.user_id === null ? undefined : findUser(instance, comment.user_id),
    });
    const rows = pageRows(all, page).map((row) => {
      const [replied] = instance.database.all<CommentRow>('SELECT * FROM comments WHERE id = ?', [
        row.parent_id,
      ]);
      return commentJson(authored(row), replied && authored(replied));
    });
    return ok(collection(rows, all.length, page, query, url));
  },
};

/** @throws ApiError when the query does not say whose comments are asked for */
function requireThing(query: Query): void {
  const labels = { commentable_id: 'Commentable id', commentable_type: 'Commentable type' };
  const missing = Object.entries(labels).filter(([key]) => query.text(key) === '');
  const messages = missing.map(([key, label]) => [key, `The ${label} field is required.`] as const);
  const [first, ...others] = messages;
  if (!first) return;
  const more = others.length > 0 ? ` (and ${others.length} more error)` : '';
  throw new ApiError(422, {
    message: `${first[1]}${more}`,
    errors: Object.fromEntries(messages.map(([key, message]) => [key, [message]])),
  });
}

/** What people, and the server, have noted of a Request. */
export const commentRoutes: Route[] = [list];
