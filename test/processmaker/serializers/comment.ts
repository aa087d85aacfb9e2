import type { CommentRow, UserRow } from '../database/rows';
import { toApiTime } from '../database/time';
import type { JsonObject } from '../types';
import { userJson } from './user';

/** A comment and its author; one without an author is the server's own. */
export interface Authored {
  comment: CommentRow;
  user: UserRow | undefined;
}

/** A comment in a list, with its author and the comment that it replies to. */
export function commentJson(authored: Authored, replied: Authored | undefined): JsonObject {
  return { ...authoredJson(authored), replied_message: replied ? authoredJson(replied) : null };
}

function authoredJson({ comment, user }: Authored): JsonObject {
  const time = toApiTime(comment.created_at);
  return {
    ...comment,
    down: null,
    up: null,
    created_at: time,
    updated_at: time,
    deleted_at: null,
    user: user ? userJson(user) : null,
  };
}
