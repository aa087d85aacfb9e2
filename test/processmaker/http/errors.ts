import type { JsonObject } from '../types';

/** A response that is no success; the route that throws it ends there. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: JsonObject,
    readonly headers: Record<string, string> = {},
  ) {
    super(`HTTP ${status}`);
  }
}

/** 401 */
export const unauthenticated = (): ApiError => new ApiError(401, { error: 'Unauthenticated.' });

/** 403 */
export const unauthorized = (message = 'This action is unauthorized.'): ApiError =>
  new ApiError(403, { message });

/** 404 */
export const notFound = (): ApiError => new ApiError(404, { error: 'Not Found' });

/** 500: what the real server responds with wherever its code breaks on the input. */
export const serverError = (): ApiError => new ApiError(500, { message: 'Server Error' });

/** 422: what the list of tasks says of all that its database refuses. */
export const invalidPmql = (): ApiError => new ApiError(422, { message: 'PMQL Is Invalid.' });
