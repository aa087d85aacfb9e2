/** Why a call, or an item, did not end well. Transport and helpers classify; operations put it into words. */
export type FailureKind =
  | 'input'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'badRequest'
  | 'methodNotAllowed'
  | 'tooLarge'
  | 'invalid'
  | 'tooManyRequests'
  | 'serverError'
  | 'gateway'
  | 'maintenance'
  | 'redirect'
  | 'foreignAnswer'
  | 'timeout'
  | 'connectionLost'
  | 'canceled'
  | 'unreachable'
  | 'storage'
  | 'certificate';

/** A complete sentence on what happened, one on what to do, and what is known about the server's side. */
export interface Failure {
  kind: FailureKind;
  message: string;
  description: string;
  /** `notProcessed`: ProcessMaker surely did nothing. `unknown`: it may have. */
  delivery: 'notProcessed' | 'unknown';
  httpStatus?: number;
  /** The Request that it is about. */
  requestId?: number;
  /** The change was made all the same: what failed came after it. */
  done?: true;
  /** The reason is likely to pass, and nothing was done, so that the call can be repeated. */
  passing?: { afterSeconds?: number; maxTries?: number };
}

export type Result<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** A failure that was found before anything was sent. */
export function inputFailure(message: string, description: string): { ok: false; failure: Failure } {
  return { ok: false, failure: { kind: 'input', message, description, delivery: 'notProcessed' } };
}
