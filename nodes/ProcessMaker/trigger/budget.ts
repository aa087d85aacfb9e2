import type { IPollFunctions } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import { ProcessMakerError, rethrown } from '../transport/processMakerError';
import { ownMilliseconds } from './time';

/** How long a poll may take where n8n does not say so. */
const DEFAULT_MS = 25_000;

/**
 * How long the first poll may take after a workflow was switched on: n8n gives up its publication after 84 s, and a call
 * that was begun in time, its repeats, and what is read in place of its response come on top.
 */
const FIRST_MS = 40_000;

/** What n8n says to polls that it does not limit itself, the first of a publication among them. */
const UNLIMITED_MS = 300_000;

const MAX_CALLS = 500;

/** A call that was begun in time may take so long, in seconds, whatever is left. */
const MIN_CALL_SECONDS = 5;

/** What a poll may spend: some versions of n8n abandon one that takes too long, and keep nothing of it. */
export class PollBudget implements NonNullable<Connection['throttle']> {
  private readonly milliseconds: number;

  private readonly begun = ownMilliseconds();

  private latest = this.begun;

  private slowest = 0;

  private calls = 0;

  /** Why the poll ends early, when a call has failed for a cause that may pass. */
  stopped: ProcessMakerError | undefined;

  private readonly isGiven: boolean;

  /** Whether it is the first one after the workflow was switched on. */
  readonly isFirst: boolean;

  /** @param isNew whether n8n has made the context for this poll */
  constructor(context: IPollFunctions, isNew: boolean) {
    const given: unknown = 'getPollBudgetMs' in context ? context.getPollBudgetMs?.() : undefined;
    const hasGiven = typeof given === 'number' && given > 0;
    const milliseconds = hasGiven ? given : DEFAULT_MS;
    // n8n's durable scheduler makes a context for each poll, as for an update, and limits it.
    const isOfScheduler = context.getActivationMode() === 'update' && hasGiven && given < UNLIMITED_MS;
    this.isFirst = isNew && !isOfScheduler;
    this.isGiven = hasGiven || this.isFirst;
    this.milliseconds = this.isFirst ? Math.min(milliseconds, FIRST_MS) : milliseconds;
  }

  /** Whether its time is not over. A clock that was set back does not make it longer. */
  get isLeft(): boolean {
    return Math.abs(ownMilliseconds() - this.begun) < this.milliseconds;
  }

  /** A call has ended. One that was refused has taken its time as well. */
  ended(): void {
    const now = ownMilliseconds();
    this.slowest = Math.max(this.slowest, now - this.latest);
    this.latest = now;
    this.calls += 1;
  }

  /** Whether so many more calls fit in, as slow as the slowest. */
  allows(calls: number): boolean {
    if (this.stopped || this.calls + calls > MAX_CALLS) return false;
    return ownMilliseconds() - this.begun + calls * this.slowest <= this.milliseconds;
  }

  /** A call has failed: the rest is left to the next poll. @throws what will not pass */
  stop(thrown: unknown): void {
    if (!(thrown instanceof ProcessMakerError) || !thrown.isTransient) throw rethrown(thrown);
    this.stopped = thrown;
  }

  /** How long a call may take, in seconds, so that n8n does not abandon the poll. @param share of the budget */
  secondsLeft(most: number, share = 1): number {
    if (!this.isGiven) return most;
    const left = (share * this.milliseconds - (ownMilliseconds() - this.begun)) / 1000;
    return Math.min(most, Math.max(MIN_CALL_SECONDS, Math.ceil(left)));
  }

  get room(): number {
    return Math.min(MAX_CALLS, this.milliseconds / this.slowest);
  }
}
