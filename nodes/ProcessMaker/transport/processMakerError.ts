import type { IDataObject } from 'n8n-workflow';

/** Why a call, or an item, did not end well. */
export type ErrorKind =
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
  | 'unexpectedResponse'
  | 'timeout'
  | 'connectionLost'
  | 'canceled'
  | 'unreachable'
  | 'storage'
  | 'certificate'
  | 'unexpected';

/** Kinds that may be over at the next attempt. */
const TRANSIENT = new Set<ErrorKind>([
  'tooManyRequests',
  'serverError',
  'gateway',
  'maintenance',
  'timeout',
  'connectionLost',
  'unreachable',
]);

/** What became of the Request that an item was to start, or of another change that it was to make. */
export type Outcome =
  'notStarted' | 'started' | 'startedInError' | 'notDone' | 'partlyDone' | 'done' | 'unknown';

export interface ErrorDetails {
  kind: ErrorKind;
  /** What happened, as a complete sentence. */
  message: string;
  /** What to do. */
  description: string;
  /** `notProcessed`: ProcessMaker did nothing. `unknown`: it may have. */
  delivery: 'notProcessed' | 'unknown';
  httpStatus?: number;
  /** The Request that it is about. */
  requestId?: number;
  outcome?: Outcome;
  /** The key under which a start was sent that may be there. */
  key?: string;
  /** What else was started under the key of an item. */
  duplicates?: number[];
  /** What became of each file that was to be uploaded. */
  files?: IDataObject[];
  /** The change was made all the same: what failed came after it. */
  done?: boolean;
  /** The cause may pass, and nothing was done, so that the call can be sent again. */
  retry?: { afterSeconds?: number; maxAttempts?: number };
}

/**
 * The one exception of the package. It is thrown in `transport` or where input is read, enriched on the way, and turned
 * into a failed item or an error of n8n's at the end (`execution/nodeError`). It keeps nothing of the call itself, so
 * that no secret can be in it.
 */
export class ProcessMakerError extends Error implements ErrorDetails {
  override readonly name = 'ProcessMakerError';

  declare readonly kind: ErrorKind;

  declare readonly description: string;

  declare readonly delivery: ErrorDetails['delivery'];

  declare readonly httpStatus?: number;

  declare readonly requestId?: number;

  declare readonly outcome?: Outcome;

  declare readonly key?: string;

  declare readonly duplicates?: number[];

  declare readonly files?: IDataObject[];

  declare readonly done?: boolean;

  declare readonly retry?: ErrorDetails['retry'];

  constructor(details: ErrorDetails) {
    super(details.message);
    Object.assign(this, details);
  }

  /** Whether the next attempt may go better. */
  get isTransient(): boolean {
    return this.retry !== undefined || TRANSIENT.has(this.kind);
  }

  /** Whether the server, or what is in front of it, gets more than it can take. */
  get isOverload(): boolean {
    return this.isTransient && this.kind !== 'serverError';
  }

  /** The same error, with more or other details. */
  with(changes: Partial<ErrorDetails>): ProcessMakerError {
    return new ProcessMakerError({ ...this, message: this.message, ...changes });
  }
}

/** So much of the beginning and of the end of a text is kept. */
const MAX_BEGINNING = 1500;
const MAX_END = 500;

/** A text without the middle of a very long one, as a server may give it. */
export function shortened(text: string): string {
  if (text.length <= MAX_BEGINNING + MAX_END) return text;
  const ends = `${text.slice(0, MAX_BEGINNING)} … ${text.slice(-MAX_END)}`.toWellFormed();
  // Made anew: parts of a text keep all of it in memory.
  return Buffer.from(ends).toString();
}

/** A parameter or the credential is not valid; nothing was sent. */
export function inputError(message: string, description: string): ProcessMakerError {
  return new ProcessMakerError({ kind: 'input', message, description, delivery: 'notProcessed' });
}

/** An item was given up before anything was sent for it. */
export function givenUp(message: string): ProcessMakerError {
  return inputError(message, 'Run the workflow again for this item.').with({ kind: 'canceled' });
}

/** The response is not in the form that ProcessMaker gives it. */
export function unexpectedResponse(
  message: string,
  delivery: ErrorDetails['delivery'] = 'notProcessed',
): ProcessMakerError {
  const description = "Check the 'Instance URL' of the credential.";
  return new ProcessMakerError({ kind: 'unexpectedResponse', message, description, delivery });
}

/** A response that is larger than it may be, so that it was not read. @param size what it may have */
export function responseTooLarge(size: string): ProcessMakerError {
  return new ProcessMakerError({
    kind: 'tooLarge',
    message: `The response of ProcessMaker is larger than ${size}`,
    description: 'Ask for less at a time: with a lower limit, or without the data of Requests.',
    delivery: 'unknown',
  });
}

/** Whether something that was thrown is a ProcessMakerError of one of these kinds. */
export function isKind(thrown: unknown, ...kinds: ErrorKind[]): thrown is ProcessMakerError {
  return thrown instanceof ProcessMakerError && kinds.includes(thrown.kind);
}

/** Something that was thrown, as a ProcessMakerError. An unexpected error leaves the outcome unknown. */
export function toProcessMakerError(thrown: unknown): ProcessMakerError {
  if (thrown instanceof ProcessMakerError) return thrown;
  return new ProcessMakerError({
    kind: 'unexpected',
    message: `The node could not go on with this item: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    description: 'Look in ProcessMaker whether it was done before you run it again.',
    delivery: 'unknown',
  });
}

/** What some kinds of errors mean to a call in particular. */
type Explanations = Partial<Record<ErrorKind, Partial<ErrorDetails>>>;

/**
 * What to throw on in a `catch`: a ProcessMakerError with what `explain` knows of it, anything else as it is.
 *
 * @param explain the details that change
 */
export function explained(
  thrown: unknown,
  explain: Explanations | ((error: ProcessMakerError) => Partial<ErrorDetails> | undefined) = {},
): Error {
  if (!(thrown instanceof ProcessMakerError)) {
    return thrown instanceof Error ? thrown : toProcessMakerError(thrown);
  }
  const changes = typeof explain === 'function' ? explain(thrown) : explain[thrown.kind];
  return changes ? thrown.with(changes) : thrown;
}
