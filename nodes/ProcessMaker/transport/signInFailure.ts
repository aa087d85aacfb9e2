import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type { Failure } from './failure';

/**
 * Under OAuth2 n8n itself takes a 401, renews the token and sends the call again. What it throws when that is in vain is
 * no lost connection: ProcessMaker has refused the call.
 *
 * @returns undefined when the exception means something else
 */
export function signInFailure(error: unknown): Failure | undefined {
  if (!(error instanceof NodeApiError)) return undefined;
  // n8n's own exception says that the credential has to be connected again.
  if (error.httpCode !== '401' && !(error.cause instanceof NodeOperationError)) return undefined;
  return {
    kind: 'unauthorized',
    message: 'ProcessMaker did not accept the OAuth2 token, and n8n could not get a new one',
    description: 'Open the credential in n8n and connect it again.',
    delivery: 'notProcessed',
    httpStatus: 401,
  };
}
