import timers from 'node:timers/promises';
import FakeTimers from '@sinonjs/fake-timers';

/** Taken before time is replaced: they let all that is ready run, without any time that passes. */
const { setImmediate: realImmediate } = globalThis;
/** What the stand-in waits with: its work takes real time, in which this time stands still. */
const realTimers = { ...timers };
const BEGIN = Date.UTC(2026, 10, 24, 7);
/** More timers than any history that ends. */
const MOST_TIMERS = 20_000;
/** Longer than any history that ends: three tries with all windows and time limits. */
const MOST_MS = 6 * 3600_000;

/** What never ends, in the words of a story. */
export class Endless extends Error {}

/** The clock of the process: it goes on only when nothing else can, and then at once to the next timer. */
export class VirtualClock {
  private readonly clock = FakeTimers.install({
    now: BEGIN,
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  });

  private readonly realRandom = Math.random;

  constructor() {
    Object.assign(timers, realTimers);
  }

  /** What goes on in real time, while this one stands still. */
  private held = 0;

  /** Time begins anew, and chance with it: a history is the same whenever it is played. */
  reset(seed: number): void {
    this.clock.reset();
    this.clock.setSystemTime(BEGIN);
    Math.random = chance(seed);
  }

  /** Works until the end of what `work` has begun. @throws Endless when that is never */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let end: { value: T } | { thrown: unknown } | undefined;
    work().then(
      (value) => (end = { value }),
      (thrown: unknown) => (end = { thrown }),
    );
    const until = Date.now() + MOST_MS;
    for (let timers = 0; ; timers++) {
      await idle();
      if (end) break;
      if (this.held > 0) {
        timers--;
        continue;
      }
      if (this.clock.countTimers() === 0) throw new Endless('Nothing goes on, and nothing is waited for');
      if (timers > MOST_TIMERS || Date.now() > until)
        throw new Endless(`Still not ended after ${timers} timers`);
      this.clock.next();
    }
    if ('thrown' in end) throw end.thrown;
    return end.value;
  }

  /** Stands still until the end of something that takes real time. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.held++;
    try {
      return await work;
    } finally {
      this.held--;
    }
  }

  uninstall(): void {
    this.clock.uninstall();
    Math.random = this.realRandom;
  }
}

async function idle(): Promise<void> {
  await new Promise<void>((resolve) => realImmediate(resolve));
}

/** Waits on the clock of the process. */
export async function pass(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
