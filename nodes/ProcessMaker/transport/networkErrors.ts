import type { Failure } from './failure';

/** Codes of Node.js that are raised before a connection exists, so that nothing can have been sent. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);
/** OpenSSL's verification results and TLS handshake failures as Node.js names them. */
const TLS =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|CRL_|EPROTO$)/;

/** What it means that a call ended without an answer, by the code that Node.js or axios gives. */
export function callFailure(error: unknown, timeoutSeconds: number): Failure {
  const code = detailOf(error, 'code');
  const syscall = detailOf(error, 'syscall');
  // The network can also go away while an answer is awaited.
  const isBeforeSending = syscall === '' || syscall === 'connect' || syscall.startsWith('getaddrinfo');
  if (UNREACHABLE.has(code) && isBeforeSending) {
    return {
      kind: 'unreachable',
      message: `ProcessMaker cannot be reached (${code})`,
      description:
        "Check the 'Instance URL' of the credential, and that the server is running and can be reached from n8n.",
      delivery: 'notProcessed',
      // A mistyped host stays wrong; a server that refuses connections is often only starting or full.
      ...(code === 'ECONNREFUSED' && { passing: {} }),
    };
  }
  if (TLS.test(code)) {
    return {
      kind: 'certificate',
      message: `No secure connection to ProcessMaker could be made (${code})`,
      description:
        "If the instance uses a self-signed certificate that you trust, switch on 'Ignore SSL Issues' in the credential.",
      delivery: 'notProcessed',
    };
  }
  if (code === 'ERR_CANCELED') {
    return {
      kind: 'canceled',
      message: 'The execution was canceled while a call was under way',
      description: 'Run the workflow again.',
      delivery: 'unknown',
    };
  }
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return {
      kind: 'timeout',
      message: `ProcessMaker did not answer within ${timeoutSeconds} seconds`,
      description:
        "It may be busy: try again later. Where an operation has the option 'Timeout', that sets how long to wait.",
      delivery: 'unknown',
    };
  }
  return {
    kind: 'connectionLost',
    message: `The connection to ProcessMaker was lost before its answer arrived (${code || textOf(error)})`,
    description: 'Run it again later.',
    delivery: 'unknown',
  };
}

/** n8n wraps axios' exception in a NodeApiError, and keeps it as `cause`; axios does so with that of Node.js. */
export function detailOf(error: unknown, name: 'code' | 'syscall'): string {
  for (let current = error; current instanceof Error; current = current.cause) {
    const detail: unknown = name in current ? current[name as keyof typeof current] : undefined;
    if (typeof detail === 'string') return detail;
  }
  return '';
}

function textOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : 'no reason given';
}
