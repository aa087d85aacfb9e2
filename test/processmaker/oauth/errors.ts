import { ApiError } from '../http/errors';

function oauthError(status: number, error: string, description: string, hint?: string): ApiError {
  return new ApiError(status, {
    error,
    error_description: description,
    ...(hint === undefined ? {} : { hint }),
    message: description,
  });
}

/** 401: no such client, a wrong secret, or a client that may not do this. */
export const invalidClient = (): ApiError =>
  oauthError(401, 'invalid_client', 'Client authentication failed');

/** 400: a grant that the server does not know, or none. */
export const unsupportedGrant = (): ApiError =>
  oauthError(
    400,
    'unsupported_grant_type',
    'The authorization grant type is not supported by the authorization server.',
    'Check that all required parameters have been provided',
  );

const invalidRequest = (hint: string): ApiError =>
  oauthError(
    400,
    'invalid_request',
    'The request is missing a required parameter, includes an invalid parameter value, ' +
      'includes a parameter more than once, or is otherwise malformed.',
    hint,
  );

/** 400 */
export const missingParameter = (name: string): ApiError => invalidRequest(`Check the \`${name}\` parameter`);

/** 400 */
export const wrongPassword = (): ApiError =>
  oauthError(400, 'invalid_grant', 'The user credentials were incorrect.');

/** 400: the code of a sign-in that is unknown, used up, too old or somebody else's. */
export const invalidCode = (hint: string): ApiError => invalidRequest(hint);

/** 401 */
export const invalidRefreshToken = (hint: string): ApiError =>
  oauthError(401, 'invalid_request', 'The refresh token is invalid.', hint);

/** 400: ProcessMaker knows no scopes. */
export const invalidScope = (scope: string): ApiError =>
  oauthError(
    400,
    'invalid_scope',
    'The requested scope is invalid, unknown, or malformed',
    `Check the \`${scope}\` scope`,
  );
