import { asText, isObject, messageOf } from '../guards';
import { type ErrorDetails, inputError, newError } from './processMakerError';

/** Codes of Node.js that are raised before a connection exists, so that nothing can have been sent. */
const UNREACHABLE =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_FAIL|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|EADDRNOTAVAIL)$/;
const NOT_VERIFIED =
  /^(?:CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|CRL_)/;
/** OpenSSL's other failures, which a call that was sent can meet as well. */
const TLS = /^(?:ERR_SSL_|EPROTO$)/;
/** The reasons, in a code or a message, with which no connection comes about at all. */
const NO_HANDSHAKE =
  /wrong.version.number|handshake.failure|protocol.version|unsupported.protocol|no.protocols|legacy.renegotiation|unrecognized.name|unknown.ca|key.too.small|too.weak|certificate/i;

/** What it means that a call ended without a response, by the code that Node.js or axios gives. */
export function networkError(thrown: unknown, timeoutSeconds: number): ErrorDetails {
  const code = detailOf(thrown, 'code');
  const syscall = detailOf(thrown, 'syscall');
  const reason = chainOf(thrown).map(messageOf).join(' ') || 'no reason given';
  // The network can also go away while a response is awaited.
  const isBeforeSending = syscall === '' || syscall === 'connect' || syscall.startsWith('getaddrinfo');
  if (UNREACHABLE.test(code) && isBeforeSending) {
    return {
      kind: 'unreachable',
      message: `ProcessMaker cannot be reached (${code})`,
      description:
        "Check the 'Instance URL' of the credential, and that the server is running and can be reached from n8n.",
      delivery: 'notProcessed',
      // A mistyped host stays wrong; a server that refuses connections is often only starting or full.
      ...(code === 'ECONNREFUSED' && { retry: {} }),
    };
  }
  if (NOT_VERIFIED.test(code) || (TLS.test(code) && NO_HANDSHAKE.test(`${code} ${reason}`))) {
    return newError(
      'certificate',
      `No secure connection to ProcessMaker could be made (${code})`,
      "If the instance uses a self-signed certificate that you trust, switch on 'Ignore SSL Issues' in the credential.",
    );
  }
  // In an older n8n (2.14 and before), axios does not take such a character away.
  if (code === 'ERR_INVALID_CHAR') {
    const advice = "Enter the 'Access Token' and the 'Extra Headers' of the credential again.";
    return inputError('The credential holds a character that cannot be sent', advice);
  }
  if (code === 'ERR_CANCELED') {
    const message = 'The execution was canceled while a call was under way';
    return newError('canceled', message, 'Run the workflow again.', 'unknown');
  }
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return newError(
      'timeout',
      `ProcessMaker did not respond within ${timeoutSeconds} seconds`,
      "It may be busy: try again later. Where an operation has the option 'Timeout', that sets how long to wait.",
      'unknown',
    );
  }
  const message = `The connection to ProcessMaker was lost before its response arrived (${code || reason})`;
  return newError('connectionLost', message, 'Run it again later.', 'unknown');
}

/** The code or syscall of the first exception of the chain that has one. */
export function detailOf(thrown: unknown, name: 'code' | 'syscall'): string {
  const details = chainOf(thrown).map((error) => (error as NodeJS.ErrnoException)[name]);
  return details.find((detail) => typeof detail === 'string') ?? '';
}

/** What n8n throws when it has no token to sign with, or cannot renew one. */
const NO_TOKEN = new Set(['UserError', 'NodeOperationError', 'AuthError']);

const CONNECT_AGAIN = 'Open the credential in n8n and connect it again.';

/** What a 401 means with OAuth2. An older n8n (2.0 and before) leaves it to the node, and renews no token. */
export function refusedToken(isRenewed: boolean): ErrorDetails {
  const message = `ProcessMaker did not accept the OAuth2 token${isRenewed ? ', not even a renewed one' : ''}`;
  const advice =
    'It may have expired, the user may be inactive, or the client may have been deleted in ProcessMaker.';
  return newError('unauthorized', message, `${advice} ${CONNECT_AGAIN}`).with({ httpStatus: 401 });
}

/** What it means that n8n could not sign a call. It renews a token after a 401, when nothing was carried out. */
export function oAuth2Error(thrown: unknown): ErrorDetails | undefined {
  if (thrown instanceof Error && 'httpCode' in thrown && thrown.httpCode === '401') return refusedToken(true);
  const chain = chainOf(thrown);
  if (!chain.some(({ name, constructor }) => NO_TOKEN.has(name) || NO_TOKEN.has(constructor.name))) {
    return undefined;
  }
  const isClientWrong = chain.some(
    (error) => 'body' in error && isObject(error.body) && error.body.error === 'invalid_client',
  );
  const message = isClientWrong
    ? 'ProcessMaker does not know the OAuth2 client: its ID or its secret is wrong'
    : 'n8n has no OAuth2 token for ProcessMaker, and could not renew one';
  const advice = isClientWrong
    ? "Compare 'Client ID' and 'Client Secret' of the credential with Admin > Auth Clients in ProcessMaker, where the client may have been deleted."
    : 'The credential was never connected, or its access was revoked or has expired.';
  return newError('unauthorized', message, `${advice} ${CONNECT_AGAIN}`);
}

/** n8n wraps axios' exception in a NodeApiError, and keeps it as `cause`; axios does so with that of Node.js. */
export function chainOf(thrown: unknown): Error[] {
  return thrown instanceof Error ? [thrown, ...chainOf(thrown.cause ?? lostCause(thrown))] : [];
}

/** An older n8n (2.30 and before) keeps only the code of the cause, and its message, such as `connect ECONNREFUSED …`. */
function lostCause(thrown: Error): Error | undefined {
  if (!('httpCode' in thrown && 'messages' in thrown && Array.isArray(thrown.messages))) return undefined;
  const message = asText(thrown.messages[0]);
  const syscall = /^[a-z]+(?= E[A-Z])/.exec(message)?.[0];
  const isAboutToken = thrown.httpCode === 'EAUTH' || message === 'OAuth credentials not connected';
  const name = isAboutToken ? 'AuthError' : 'Error';
  return Object.assign(new Error(message), { name, code: thrown.httpCode, syscall });
}
