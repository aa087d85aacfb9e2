import { createHash, randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

import { readResumeUrl } from '../input/parameters';
import type { ProcessMakerError } from '../transport/processMakerError';
import type { Attempt } from './change';

const RECORD_KEY = 'attempts';

/** The key under which a start was sent (empty when it had none), or once it is known, the Request's id. */
type Mark = string | number;

/** The Retry button found no context of this iteration: n8n may have crashed, so that it may be a repeat. */
interface Crash {
  /** When the retry began, in milliseconds since 1970. */
  at: number;
  /** The first iteration that may have been carried out before. What was started in earlier ones belongs to them. */
  round: number;
}

interface Stored {
  /** How many iterations of a loop this node had completed when this one began. */
  round: number;
  runIndex: number;
  /** A retry has another one. */
  executionId: string;
  /** Takes the place of n8n's resume token where there is none. */
  seed?: string;
  crash?: Crash;
  /** After a crash: Requests that belong to an item of an earlier iteration, and so to no other one. */
  answered?: number[];
  /** By item: the key from just before the start is sent until its outcome is known, then the Request's id. */
  marks: Record<string, Mark>;
  /** Digests of the changes that were sent, and of which it is not known that they were made. */
  sent?: string[];
  sentAt?: Record<string, number>;
  done?: string[];
}

/**
 * What this node has sent in this iteration. n8n gives the context back on Retry On Fail and on the Retry button, but
 * not after a crash; all iterations of a loop share it. A start is known by its item and a digest (see `keys`), other
 * changes by a counted digest alone, since their items may come back in another order.
 */
export class AttemptRecord {
  readonly round: number;

  /** What makes it uncertain what was sent before; undefined when the record is complete. */
  readonly crash: Crash | undefined;

  readonly isRepeat: boolean;

  private readonly stored: Stored;

  private readonly answered: Set<number>;

  /** Of the earlier attempts, what this one has not come to yet. */
  private readonly earlier: Required<Pick<Stored, 'sent' | 'done'>>;

  private known: { run: string; outlivesCrash: boolean } | undefined;

  constructor(private readonly execution: IExecuteFunctions) {
    const context = execution.getContext('node');
    const runIndex = Number(execution.getWorkflowDataProxy(0).$runIndex);
    const earlier = context[RECORD_KEY] as Stored | undefined;
    const now = { runIndex, executionId: execution.getExecutionId() };
    this.stored = nextStored(earlier, now, execution.getMode() === 'retry');
    const { round, crash, answered, sent = [], done = [] } = this.stored;
    this.round = round;
    this.crash = crash;
    this.isRepeat = earlier === this.stored || crash !== undefined;
    context[RECORD_KEY] = this.stored;
    this.answered = new Set(answered);
    this.earlier = { sent: [...sent], done: [...done] };
  }

  /** `run`: a hash of execution and node that a retry keeps; `outlivesCrash`: so does one after a crash. */
  get identity(): { run: string; outlivesCrash: boolean } {
    if (!this.known) {
      const resume = readResumeUrl(this.execution)?.signature;
      const token = resume || (this.stored.seed ??= randomUUID());
      const run = shortHash(`${token}\n${this.execution.getNode().id}`);
      this.known = { run, outlivesCrash: Boolean(resume) };
    }
    return this.known;
  }

  earlierMark(itemIndex: number): Mark | undefined {
    return this.stored.marks[itemIndex];
  }

  startedIds(): number[] {
    return idsIn(this.stored);
  }

  /** To be called before a start is sent, with its key, and with the Request's id when it is. Gives the mark before. */
  mark(itemIndex: number, mark: Mark): Mark | undefined {
    const earlier = this.stored.marks[itemIndex];
    this.stored.marks[itemIndex] = mark;
    return earlier;
  }

  markNotStarted(itemIndex: number): void {
    delete this.stored.marks[itemIndex];
  }

  /** Whether a Request that was started in an iteration belongs to an item of an earlier iteration. */
  hasAnswered(round: number, requestId: number): boolean {
    return (this.crash !== undefined && round < this.crash.round) || this.answered.has(requestId);
  }

  begin(digest: string): Attempt {
    const sentAt = (this.stored.sentAt ??= {});
    if (takeOut(this.earlier.done, digest)) return { mayBeDone: 'sent', isDone: true, sentAt };
    const wasSent = takeOut(this.earlier.sent, digest);
    if (!wasSent) (this.stored.sent ??= []).push(digest);
    if (wasSent) return { mayBeDone: 'sent', isDone: false, sentAt };
    if (this.crash) return { mayBeDone: 'noRecord', retriedAt: this.crash.at, isDone: false, sentAt };
    return { mayBeDone: false, isDone: false, sentAt };
  }

  end(digest: string, { mayBeDone, isDone }: Attempt, error?: ProcessMakerError): void {
    if (isDone) return;
    if (!error || error.done) {
      takeOut(this.stored.sent, digest);
      (this.stored.done ??= []).push(digest);
    } else if (mayBeDone !== 'sent' && error.delivery === 'notProcessed' && error.outcome !== 'partlyDone') {
      takeOut(this.stored.sent, digest);
    }
  }

  /** Forgets the iteration. To be called only when every item ended well, since n8n may repeat any other. */
  clear(): void {
    if (this.crash) this.stored.answered = answeredIn(this.stored);
    Object.assign(this.stored, { marks: {}, sent: undefined, sentAt: undefined, done: undefined });
  }
}

/** 64 bit of SHA-256, in hex. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function nextStored(
  earlier: Stored | undefined,
  now: Pick<Stored, 'runIndex' | 'executionId'>,
  isRetry: boolean,
): Stored {
  const round = earlier ? earlier.round + 1 : 0;
  const isAfterCrash = isRetry && earlier?.executionId !== now.executionId;
  const crash = isAfterCrash ? { at: Date.now(), round: earlier?.crash?.round ?? round } : earlier?.crash;
  const begun = { round, ...now, crash, marks: {}, sent: undefined, sentAt: undefined, done: undefined };
  if (!earlier) return begun;
  // The record's own count tells iterations apart; the run index, which a crash shifts, only one from its repeat.
  if (earlier.runIndex === now.runIndex) return Object.assign(earlier, now);
  // n8n saves the context at a Wait node, so that after a crash it can be that of an older iteration.
  return { ...earlier, ...begun, answered: earlier.crash && answeredIn(earlier) };
}

function idsIn({ marks }: Stored): number[] {
  return Object.values(marks).filter((mark) => typeof mark === 'number');
}

function answeredIn(stored: Stored): number[] {
  return [...(stored.answered ?? []), ...idsIn(stored)];
}

function takeOut(list: string[] = [], value: string): boolean {
  const position = list.indexOf(value);
  if (position !== -1) list.splice(position, 1);
  return position !== -1;
}
