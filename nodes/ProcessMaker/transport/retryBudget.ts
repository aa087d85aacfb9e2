const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * How long a run goes on repeating calls that surely did nothing, for a reason that passes. The time counts from the
 * last call that ProcessMaker answered, so that a long run can pass through many short interruptions, while a server
 * that stays away ends it once and not item by item.
 */
export class Patience {
  private since = Date.now();

  constructor(private readonly milliseconds: number) {}

  /** ProcessMaker has answered. */
  restore(): void {
    this.since = Date.now();
  }

  /**
   * How long to pause before the next try. A pause has to begin in time, and what the server asks for has to be no
   * longer than all of the time: who asks for 60 seconds is waited for within a time of 60 seconds.
   *
   * @param tries how many there have been
   * @param askedSeconds what the server asks for, at least
   * @returns milliseconds, or undefined when there is to be no further try
   */
  pauseBefore(tries: number, askedSeconds = 0): number | undefined {
    const asked = askedSeconds * 1000;
    if (Date.now() - this.since >= this.milliseconds || asked > this.milliseconds) return undefined;
    const backoff = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
    // Spread, so that calls that were refused together do not come back together.
    return Math.max(asked, backoff * (0.5 + Math.random() / 2));
  }
}
