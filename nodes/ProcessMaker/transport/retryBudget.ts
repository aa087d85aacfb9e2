import { pauseFor, type Connection } from './connection';
import { explained, ProcessMakerError } from './processMakerError';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * How long a run goes on repeating calls with which ProcessMaker did nothing, for a cause that may pass. The time counts
 * from the last call that ProcessMaker answered, so that a long run can pass through many short interruptions, while a
 * server that stays away ends it once and not item by item.
 */
export class RetryBudget {
  private since = Date.now();

  constructor(private readonly milliseconds: number) {}

  /** ProcessMaker has answered. */
  restore(): void {
    this.since = Date.now();
  }

  /**
   * How long to pause before the next attempt. A pause has to begin in time, and what the server asks for has to be no
   * longer than all of the time: who asks for 60 seconds is waited for within a time of 60 seconds.
   *
   * @param attempts how many there have been
   * @param askedSeconds what the server asks for, at least
   * @returns milliseconds, or undefined when there is to be no further attempt
   */
  pauseBefore(attempts: number, askedSeconds = 0): number | undefined {
    const asked = askedSeconds * 1000;
    if (Date.now() - this.since >= this.milliseconds || asked > this.milliseconds) return undefined;
    const backoff = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
    // Spread, so that calls that were refused together do not come back together.
    return Math.max(asked, backoff * (0.5 + Math.random() / 2));
  }
}

/**
 * Repeats an attempt with which nothing was done, for a cause that may pass, as long as the budget lasts.
 *
 * @throws ProcessMakerError of the last attempt
 */
export async function withRetries<T>(connection: Connection, attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      const retry = error instanceof ProcessMakerError ? error.retry : undefined;
      if (!retry || attempts === retry.maxAttempts) throw explained(error);
      const pause = connection.retries.pauseBefore(attempts, retry.afterSeconds);
      if (pause === undefined || !(await pauseFor(connection, pause))) throw explained(error);
    }
  }
}
