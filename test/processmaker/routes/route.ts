import type { UserRow } from '../database/rows';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import type { Json, JsonObject } from '../types';

/** An API call of a signed-in user. */
export interface ApiCall {
  instance: Instance;
  user: UserRow;
  /** The `{id}` in the path; 0 where there is none. */
  id: number;
  /** Every parameter of the path by its name, as the URL spells it. */
  parameters: Readonly<Record<string, string>>;
  /** The URL that was called, without its query. */
  url: string;
  query: Query;
  data: JsonObject;
  /** The body before it was read, and its content type. */
  raw: RawBody;
}

export interface RawBody {
  bytes: Buffer;
  contentType: string;
}

/** What a route responds with. */
export interface ApiResponse {
  status: number;
  body: Json | undefined;
  /** The ETag where it is not that of the body. */
  etag?: string;
  /** Sent as it is, in place of the JSON body. */
  file?: { bytes: Buffer; headers: Readonly<Record<string, string>> };
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The version of ProcessMaker that brought it; missing: every one has it. */
  since?: string;
  /** Missing: 1.0. */
  version?: '1.1';
  /** Below `/api/{version}`; `{id}` is a number, any other parameter is one segment of any text. */
  path: string;
  handle(call: ApiCall): ApiResponse | Promise<ApiResponse>;
}

/** 200 with a body. */
export const ok = (body: Json): ApiResponse => ({ status: 200, body });

/** 204 without a body. */
export const noContent: ApiResponse = { status: 204, body: undefined };
