/** Of a long queue, the part that is done is let go in pieces of this size. */
const PIECE = 1000;
const SLOWER_AT_MOST_EVERY_MS = 1000;

/** How many calls may run at once: up to a maximum, half of it at each sign of overload, and slowly up again. */
export class Throttle {
  private limit: number;

  private slowedAt = 0;

  constructor(private readonly max: number) {
    this.limit = max;
  }

  get current(): number {
    return Math.floor(this.limit);
  }

  /** The server is overloaded. Calls that are refused together count once. */
  slower(): void {
    if (Date.now() - this.slowedAt < SLOWER_AT_MOST_EVERY_MS) return;
    this.slowedAt = Date.now();
    this.limit = Math.max(1, this.limit / 2);
  }

  /** A call went well: after as many as run at once, one more may. */
  faster(): void {
    this.limit = Math.min(this.max, this.limit + 1 / this.limit);
  }
}

/**
 * Takes values from the front of a queue and works on them, as many at a time as the throttle allows. When `work`
 * answers false no further one is taken; those that run go on to their end. What is left stays in the queue.
 */
export async function workThrough<T>(
  queue: T[],
  throttle: Throttle,
  work: (value: T) => Promise<boolean>,
): Promise<void> {
  let next = 0;
  let running = 0;
  let stopped = false;
  await new Promise<void>((resolve, reject) => {
    const advance = () => {
      while (!stopped && next < queue.length && running < throttle.current) {
        running++;
        const value = queue[next++] as T;
        if (next === PIECE) next -= queue.splice(0, PIECE).length;
        work(value)
          .then((goOn) => {
            running--;
            stopped ||= !goOn;
            advance();
          })
          .catch(reject);
      }
      if (running === 0 && (stopped || next >= queue.length)) resolve();
    };
    advance();
  });
  queue.splice(0, next);
}
