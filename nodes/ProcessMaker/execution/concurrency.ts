import { sleep } from 'n8n-workflow';

import { givenUp } from '../transport/processMakerError';

/** Of a long queue, the part that is done is let go in pieces of this size: of 20,000 items, a twentieth of the memory in use. */
const PIECE = 1000;
const DECREASE_AT_MOST_EVERY_MS = 1000;

/** How many calls may run at once: up to a maximum, half of it at each sign of overload, and slowly up again. */
export class Throttle {
  /** A fraction is what is on its way to one more. */
  limit: number;

  private decreasedAt = 0;

  constructor(private readonly max: number) {
    this.limit = max;
  }

  /** The server is overloaded. Calls that are refused together count once. */
  decrease(): void {
    if (Date.now() - this.decreasedAt < DECREASE_AT_MOST_EVERY_MS) return;
    this.decreasedAt = Date.now();
    this.limit = Math.max(1, this.limit / 2);
  }

  /** A call went well: after as many as run at once, one more may. */
  increase(): void {
    this.limit = Math.min(this.max, this.limit + 1 / this.limit);
  }
}

/** The place that a piece of work has among those that run at once. */
export type Slot = Pick<ConcurrentRun<unknown>, 'whileWaiting'>;

export interface Limits {
  throttle: Throttle;
  mayBegin: () => boolean;
}

/** Works on a queue from its front. @throws what `work` throws, when all that has begun has ended */
export async function runConcurrently<T>(
  queue: T[],
  limits: Limits,
  work: (value: T, slot: Slot) => Promise<void>,
): Promise<void> {
  const run = new ConcurrentRun(queue, limits, work);
  await new Promise<void>((resolve) => {
    run.end = resolve;
    run.advance();
  });
  queue.splice(0, run.next);
  if (run.thrown) throw run.thrown.error;
}

class ConcurrentRun<T> {
  end: () => void = () => undefined;

  next = 0;

  thrown: { error: unknown } | undefined;

  private running = 0;

  private waiting = 0;

  private isAdvancing = false;

  /** Those that have waited, and want a place again. */
  private readonly returning: Array<() => void> = [];

  constructor(
    private readonly queue: T[],
    private readonly limits: Limits,
    private readonly work: (value: T, slot: Slot) => Promise<void>,
  ) {}

  /** Gives the place to others while this work waits for something, and takes one again before it goes on. */
  async whileWaiting<R>(wait: () => Promise<R>): Promise<R> {
    // It waits before others begin, so that those who wait for the same thing go on in the order in which they came.
    const waited = wait().finally(() => undefined);
    this.running--;
    this.waiting++;
    this.advance();
    try {
      return await waited;
    } finally {
      await new Promise<void>((resolve) => {
        this.returning.push(resolve);
        this.advance();
      });
    }
  }

  advance(): void {
    // The loop sees by itself what begun work changes; calls inside each other would overflow the stack.
    if (this.isAdvancing) return;
    this.isAdvancing = true;
    const { queue, limits, returning } = this;
    while (this.running + 1 <= limits.throttle.limit) {
      const back = returning.shift();
      if (back) {
        this.waiting--;
        this.running++;
        back();
      } else if (!this.thrown && this.next < queue.length && limits.mayBegin()) {
        void this.begin(queue[this.next++] as T);
      } else break;
    }
    this.isAdvancing = false;
    if (this.running === 0 && this.waiting === 0) this.end();
  }

  private async begin(value: T): Promise<void> {
    this.running++;
    if (this.next === PIECE) this.next -= this.queue.splice(0, PIECE).length;
    try {
      await this.work(value, this);
    } catch (error) {
      this.thrown ??= { error };
    }
    this.running--;
    this.advance();
  }
}

/** Runs work under the same key one after the other, in the order in which it is asked for, until the node has to stop. */
export class KeyedQueue {
  private readonly last = new Map<unknown, Promise<unknown>>();

  constructor(private readonly stopped?: AbortSignal) {}

  async run<T>(key: unknown, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key);
    // An error of the work before is for those who asked for it.
    const begin = async () => {
      // Until the item before is known to have failed.
      await sleep(0);
      if (this.stopped?.aborted) throw givenUp('The node had to stop before it came to this item');
      return await work();
    };
    const turn = before ? before.then(begin, begin) : work();
    this.last.set(key, turn);
    return await turn;
  }
}

const MAX_BYTES = 100 * 1024 * 1024;

/** Bounds the files that a run holds in memory, since the system would end n8n: large ones are sent alone. */
export class MemoryLimit {
  private used = 0;

  private readonly waiting: Array<() => void> = [];

  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    while (this.used > 0 && this.used + bytes > MAX_BYTES) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.used += bytes;
    return await work().finally(() => {
      this.used -= bytes;
      for (const goOn of this.waiting.splice(0)) goOn();
    });
  }
}
