/** A fixed number of workers, and a queue of limited length before them. */
export class WorkerPool {
  private busy = 0;

  private readonly waiting: Array<() => void> = [];

  private busyMs = 0;

  constructor(
    private readonly workers: number,
    private readonly queue: number,
  ) {}

  /** Whether another call would be too much. */
  get isFull(): boolean {
    return this.busy === this.workers && this.waiting.length >= this.queue;
  }

  /** How long workers were busy, all together, since this was last asked. */
  takeBusySeconds(): number {
    const seconds = this.busyMs / 1000;
    this.busyMs = 0;
    return seconds;
  }

  /** Does a piece of work as soon as a worker is free. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy < this.workers) this.busy++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.busyMs += performance.now() - began;
      // The worker goes straight to the one that has waited longest.
      const next = this.waiting.shift();
      if (next) next();
      else this.busy--;
    }
  }
}
