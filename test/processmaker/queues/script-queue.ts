const DELAY_MS = 50;

/** When script tasks run: on `redis` a moment after the response, on `sync` during it. */
export class ScriptQueue {
  private readonly abort = new AbortController();
  private readonly timers = new Set<NodeJS.Timeout>();
  private waiting: number[] = [];

  /** @param run runs the script at which a Request stands */
  constructor(
    private readonly kind: 'redis' | 'sync',
    private readonly run: (requestId: number) => Promise<void>,
  ) {}

  /** Aborted when the queue stops. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Puts the script tasks of a Request on the queue. */
  add(requestId: number): void {
    if (this.kind === 'sync') {
      this.waiting.push(requestId);
      return;
    }
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.run(requestId).catch((error: unknown) => {
        if (!this.signal.aborted) console.error(error);
      });
    }, DELAY_MS);
    this.timers.add(timer);
  }

  /** On the sync queue: runs everything, before the response is sent but after it was made. */
  async flush(): Promise<void> {
    const requestIds = this.waiting;
    this.waiting = [];
    for (const requestId of requestIds) await this.run(requestId);
  }

  stop(): void {
    this.abort.abort();
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
