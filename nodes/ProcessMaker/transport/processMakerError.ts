import type { IDataObject } from 'n8n-workflow';

import { messageOf } from '../guards';

/** Kinds that may be over at the next attempt. */
const TRANSIENT = [
  'tooManyRequests',
  'serverError',
  'gateway',
  'maintenance',
  'timeout',
  'connectionLost',
  'unreachable',
] as const;

export type ErrorKind =
  | (typeof TRANSIENT)[number]
  | 'input'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'badRequest'
  | 'methodNotAllowed'
  | 'tooLarge'
  | 'invalid'
  | 'redirect'
  | 'unexpectedResponse'
  | 'canceled'
  | 'storage'
  | 'certificate'
  | 'unexpected';

/** What became of the Request that an item was to start, or of another change that it was to make. */
export type Outcome =
  'notStarted' | 'started' | 'startedInError' | 'notDone' | 'partlyDone' | 'done' | 'unknown';

export interface ErrorDetails {
  kind: ErrorKind;
  message: string;
  description: string;
  /** `notProcessed`: ProcessMaker did nothing. `unknown`: it may have. */
  delivery: 'notProcessed' | 'unknown';
  httpStatus?: number;
  requestId?: number;
  outcome?: Outcome;
  /** The key under which a start was sent that may be there. */
  key?: string;
  /** What else was started under the key of an item. */
  duplicates?: number[];
  /** What holds the same key, and does not count as a start. */
  sameKey?: number[];
  files?: IDataObject[];
  /** The change was made all the same: what failed came after it. */
  done?: boolean;
  /** The cause may pass, and nothing was done, so that the call can be sent again. */
  retry?: { afterSeconds?: number; maxAttempts?: number };
}

const DetailedError = Error as unknown as new (message: string) => Error & Readonly<ErrorDetails>;

/** The one exception of the package. It keeps nothing of the call itself, so that no secret can be in it. */
export class ProcessMakerError extends DetailedError {
  override readonly name = 'ProcessMakerError';

  constructor(details: ErrorDetails) {
    super(details.message);
    Object.assign(this, details);
  }

  /** Whether the next attempt may go better. */
  get isTransient(): boolean {
    return this.retry !== undefined || TRANSIENT.some((kind) => kind === this.kind);
  }

  /** Whether the server, or what is in front of it, gets more than it can take. */
  get isOverload(): boolean {
    return this.isTransient && this.kind !== 'serverError';
  }

  with(changes: Partial<ErrorDetails>): ProcessMakerError {
    return new ProcessMakerError({ ...this, message: this.message, ...changes });
  }
}

const MAX_BEGINNING = 1500;
const MAX_END = 500;

/** A text as it is shown: without secrets, and without the middle of a very long one, as a server may give it. */
export function shownText(whole: string, scrub: (text: string) => string = String): string {
  const text = scrub(whole);
  if (text.length <= MAX_BEGINNING + MAX_END) return text;
  const ends = `${text.slice(0, MAX_BEGINNING)} … ${text.slice(-MAX_END)}`.toWellFormed();
  // Made anew: parts of a text keep all of it in memory.
  return Buffer.from(ends).toString();
}

/** An error of which nothing more is known. */
export function newError(
  kind: ErrorKind,
  message: string,
  description: string,
  delivery: ErrorDetails['delivery'] = 'notProcessed',
): ProcessMakerError {
  return new ProcessMakerError({ kind, message, description, delivery });
}

/** A parameter or the credential is not valid; nothing was sent. */
export function inputError(message: string, description: string): ProcessMakerError {
  return newError('input', message, description);
}

/** An item was given up before anything was sent for it. */
export function givenUp(message: string): ProcessMakerError {
  return newError('canceled', message, 'Run the workflow again for this item.');
}

/** The response is not in the form that ProcessMaker gives it. */
export function unexpectedResponse(message: string, delivery?: ErrorDetails['delivery']): ProcessMakerError {
  return newError('unexpectedResponse', message, "Check the 'Instance URL' of the credential.", delivery);
}

/** A response that is larger than it may be, so that it was not read. @param size what it may have */
export function responseTooLarge(size: string): ProcessMakerError {
  const message = `The response of ProcessMaker is larger than ${size}`;
  const description = 'Ask for less at a time: with a lower limit, or without the data of Requests.';
  return newError('tooLarge', message, description, 'unknown');
}

/** Whether something that was thrown is a ProcessMakerError of one of these kinds. */
export function isKind(thrown: unknown, ...kinds: ErrorKind[]): thrown is ProcessMakerError {
  return thrown instanceof ProcessMakerError && kinds.includes(thrown.kind);
}

/** What ProcessMaker gives; undefined where it cannot be read, for something that is good to know and no more. */
export async function ifRead<T>(reading: Promise<T>): Promise<T | undefined> {
  return await reading.catch((error: unknown) => {
    if (error instanceof ProcessMakerError) return undefined;
    throw rethrown(error);
  });
}

/** Something that was thrown, as a ProcessMakerError. An unexpected error leaves the outcome unknown. */
export function toProcessMakerError(thrown: unknown): ProcessMakerError {
  if (thrown instanceof ProcessMakerError) return thrown;
  const message = `The node could not go on with this item: ${messageOf(thrown)}`;
  const description = 'Look in ProcessMaker whether it was done before you run it again.';
  return newError('unexpected', message, description, 'unknown');
}

/** What some kinds of errors mean to a call in particular. */
type Explanations = Partial<Record<ErrorKind, Partial<ErrorDetails>>>;

/** What to throw on in a `catch`: it as it is, and as an exception where it is none. */
export function rethrown(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : toProcessMakerError(thrown);
}

/** What to throw on in a `catch`: a ProcessMakerError with what `explain` says of it, anything else as it is. */
export function explained(
  thrown: unknown,
  explain: Explanations | ((error: ProcessMakerError) => Partial<ErrorDetails> | undefined),
): Error {
  if (!(thrown instanceof ProcessMakerError)) return rethrown(thrown);
  const changes = typeof explain === 'function' ? explain(thrown) : explain[thrown.kind];
  return changes ? thrown.with(changes) : thrown;
}
