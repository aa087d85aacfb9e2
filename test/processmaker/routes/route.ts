import type { UserRow } from '../database/rows';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import type { Json, JsonObject } from '../types';

/** An API call of a signed-in user. */
export interface ApiCall {
  instance: Instance;
  user: UserRow;
  /** The number in the path. */
  id: number;
  query: Query;
  data: JsonObject;
}

/** What a route answers. */
export interface Answer {
  status: number;
  body: Json | undefined;
  /** The ETag where it is not that of the body. */
  etag?: string;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT';
  /** Below `/api/1.0`; `{id}` is a number. */
  path: string;
  handle(call: ApiCall): Answer | Promise<Answer>;
}

/** 200 with a body. */
export const ok = (body: Json): Answer => ({ status: 200, body });
