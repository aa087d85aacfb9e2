import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

import { readResumeUrl } from '../fields/parameters';
import type { ProcessMakerError } from '../transport/processMakerError';
import {
  type AttemptStorage,
  type Crash,
  idsIn,
  type Mark,
  openStorage,
  shortHash,
  type Stored,
} from './attemptStorage';
import type { Attempt } from './change';

/** The work under way on a record: another call with the same arguments may go on with it, too. */
const underWay = new WeakMap<Stored, Promise<unknown>>();

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

  private readonly storage: AttemptStorage;

  private readonly stored: Stored;

  /** Of the earlier attempts, what this one has not come to yet. */
  private readonly earlier: Required<Pick<Stored, 'sent' | 'done'>>;

  private known: { run: string; outlivesCrash: boolean } | undefined;

  constructor(private readonly execution: IExecuteFunctions) {
    this.storage = openStorage(execution);
    this.stored = this.storage.stored;
    const { round, crash, sent = [], done = [] } = this.stored;
    this.round = round;
    this.crash = crash;
    this.isRepeat = this.storage.isKnown || crash !== undefined;
    this.earlier = { sent: [...sent], done: [...done] };
  }

  /** Works when no other call works on the same record. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = underWay.get(this.stored);
    const turn = before ? before.then(work, work) : work();
    underWay.set(this.stored, turn);
    return await turn;
  }

  /** `run`: a hash of execution and node that a retry keeps; `outlivesCrash`: so does one after a crash. */
  get identity(): { run: string; outlivesCrash: boolean } {
    if (!this.known) {
      const resume = this.stored.seed === undefined && readResumeUrl(this.execution)?.signature;
      const token = resume || (this.stored.seed ??= randomUUID());
      const run = shortHash(`${token}\n${this.execution.getNode().id}`);
      this.known = { run, outlivesCrash: Boolean(resume) };
    }
    return this.known;
  }

  earlierMark(itemIndex: number): Mark | undefined {
    return this.stored.marks[itemIndex];
  }

  /** The keys of the starts of which it is not known what became of them, with the item's position where it has one. */
  openKeys(): Array<{ key: string; itemIndex?: number }> {
    const { marks, moved = [] } = this.stored;
    const placed = Object.entries(marks).flatMap(([index, mark]) =>
      typeof mark === 'string' ? { key: mark, itemIndex: Number(index) } : [],
    );
    return [...placed, ...moved.map((key) => ({ key }))];
  }

  startedIds(): number[] {
    return idsIn(this.stored);
  }

  /** To be called before a start is sent, with its key, and with the Request's id when it is. Gives the mark before. */
  mark(itemIndex: number, mark: Mark): Mark | undefined {
    const { stored, storage } = this;
    const earlier = stored.marks[itemIndex];
    stored.marks[itemIndex] = mark;
    if (this.crash && typeof mark === 'number') storage.answer(mark);
    return earlier;
  }

  /** To be called with a Request that was found for an item. What was sent for another item in its place stays open. */
  markFound(itemIndex: number, requestId: number): void {
    const earlier = this.mark(itemIndex, requestId);
    if (typeof earlier === 'string') (this.stored.moved ??= []).push(earlier);
  }

  markNotStarted(itemIndex: number): void {
    delete this.stored.marks[itemIndex];
  }

  /** Whether a Request that was started in an iteration belongs to an item of another iteration. */
  hasAnswered(round: number, requestId: number): boolean {
    return (this.crash !== undefined && round < this.crash.round) || this.storage.isAnswered(requestId);
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

  /** Whether an earlier attempt has made a change that this one has not come to; to be asked once for each such item. */
  takeDone(digest: string): boolean {
    return takeOut(this.earlier.done, digest);
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
    const nothing = { marks: {}, moved: undefined, sent: undefined, sentAt: undefined, done: undefined };
    Object.assign(this.stored, nothing);
  }

  /** To be called when the attempt has ended, however it did. */
  close(): void {
    this.storage.close();
  }
}

function takeOut(list: string[] = [], value: string): boolean {
  const position = list.indexOf(value);
  if (position !== -1) list.splice(position, 1);
  return position !== -1;
}
