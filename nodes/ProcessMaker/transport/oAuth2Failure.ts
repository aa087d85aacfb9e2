import type { Failure } from './failure';

const CONNECT_AGAIN = 'Open the credential in n8n and connect it again.';

/** What n8n throws when it has no token to sign with, or cannot renew one. */
const NO_TOKEN = new Set(['UserError', 'NodeOperationError', 'AuthError']);

/**
 * What it means that n8n could not sign a call with OAuth2. n8n renews a token that was refused with 401 and sends the
 * call once more, which is safe, since it was not carried out.
 *
 * @returns undefined when the call failed for another reason
 */
export function oAuth2Failure(error: unknown): Failure | undefined {
  if (statusOf(error) === '401') {
    return {
      kind: 'unauthorized',
      message: 'ProcessMaker did not accept the OAuth2 token, not even a renewed one',
      description: `The user may be inactive, or the client may have been deleted in ProcessMaker. ${CONNECT_AGAIN}`,
      delivery: 'notProcessed',
      httpStatus: 401,
    };
  }
  if (!chainOf(error).some(({ name, constructor }) => NO_TOKEN.has(name) || NO_TOKEN.has(constructor.name))) {
    return undefined;
  }
  return {
    kind: 'unauthorized',
    message: 'n8n has no OAuth2 token for ProcessMaker, and could not renew one',
    description: `The credential was never connected, or its access was revoked or has expired. ${CONNECT_AGAIN}`,
    delivery: 'notProcessed',
  };
}

function statusOf(error: unknown): unknown {
  return error instanceof Error && 'httpCode' in error ? error.httpCode : undefined;
}

function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let current = error; current instanceof Error; current = current.cause) chain.push(current);
  return chain;
}
