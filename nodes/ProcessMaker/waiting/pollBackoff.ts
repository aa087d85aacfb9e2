import type { Failure } from '../transport/failure';

/** Pauses between two looks grow from the first, which is the shortest, to the longest. */
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;
const GROWTH = 1.5;
/** A timer may end a little early, and a look just before a deadline would be one too many. */
const TIMER_SLACK_MS = 10;

/** When to look next: never at once after a look, whatever came of it, and not before the server wants to be asked. */
export class Pace {
  private pause = SHORTEST_PAUSE_MS;

  private lastLook = -Infinity;

  private quietUntil = -Infinity;

  /** A look has ended. */
  looked(now: number): void {
    this.lastLook = now;
  }

  /** The server may have asked for a time of quiet. */
  heed({ passing }: Failure, now: number): void {
    const asked = now + (passing?.afterSeconds ?? 0) * 1000;
    this.quietUntil = Math.max(this.quietUntil, asked);
  }

  /** Whether the server wants not to be asked yet. */
  isQuiet(now: number): boolean {
    return now < this.quietUntil;
  }

  /** How long to pause before the first look of those who come in now, in milliseconds. */
  beforeFirst(now: number): number {
    return Math.max(0, this.lastLook + SHORTEST_PAUSE_MS - now);
  }

  /**
   * How long to pause after a look, in milliseconds.
   *
   * @param deadline the next moment at which somebody wants to know
   */
  afterLook(now: number, deadline: number): number {
    const pause = Math.max(this.pause, this.quietUntil - now);
    this.pause = Math.min(this.pause * GROWTH, LONGEST_PAUSE_MS);
    const left = deadline - now + TIMER_SLACK_MS;
    // The last look is the one at the deadline.
    return Math.max(SHORTEST_PAUSE_MS, left < pause + SHORTEST_PAUSE_MS ? left : pause);
  }
}
