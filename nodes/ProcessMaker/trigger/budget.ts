import type { IPollFunctions } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import { explained, ProcessMakerError } from '../transport/processMakerError';
import { ownMilliseconds } from './time';

/** How long a poll may take where n8n does not say so. */
const DEFAULT_MS = 25_000;

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

  constructor(context: IPollFunctions) {
    const given: unknown = 'getPollBudgetMs' in context ? context.getPollBudgetMs?.() : undefined;
    this.isGiven = typeof given === 'number' && given > 0;
    this.milliseconds = this.isGiven ? (given as number) : DEFAULT_MS;
  }

  increase(): void {
    const now = ownMilliseconds();
    this.slowest = Math.max(this.slowest, now - this.latest);
    this.latest = now;
    this.calls += 1;
  }

  /** Whether so many more calls fit in, as slow as the slowest. @param isBeginning cannot wait for the next poll */
  allows(calls: number, isBeginning = false): boolean {
    if (this.stopped || this.calls + calls > MAX_CALLS) return false;
    if (isBeginning && !this.isGiven) return true;
    return ownMilliseconds() - this.begun + calls * this.slowest <= this.milliseconds;
  }

  /** A call has failed: the rest is left to the next poll. @throws what will not pass */
  stop(thrown: unknown): void {
    if (!(thrown instanceof ProcessMakerError) || !thrown.isTransient) throw explained(thrown);
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
