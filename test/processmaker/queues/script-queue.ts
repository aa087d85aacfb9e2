import { setTimeout as pause } from 'node:timers/promises';

const DELAY_MS = 50;

/** A run of the script at a token. */
export interface ScriptRun {
  tokenId: number;
  /** 1 for the first; the server tries a script again by itself where its element says so. */
  attempt: number;
}

/**
 * When script tasks run: on `redis` a moment after the response, one after the other, so that a script that waits
 * holds up all others; on `sync` during it.
 */
export class ScriptQueue {
  private readonly abort = new AbortController();
  private last: Promise<void> = Promise.resolve();
  private waiting: ScriptRun[] = [];

  constructor(
    private readonly kind: 'redis' | 'sync',
    private readonly run: (run: ScriptRun) => Promise<void>,
  ) {}

  /** Aborted when the queue stops. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Puts the script at a token on the queue. */
  add(tokenId: number): void {
    this.enqueue({ tokenId, attempt: 1 }, DELAY_MS);
  }

  /** Puts another attempt on the queue, once its wait time has passed; meanwhile others run. `sync` knows no waiting. */
  addLater(run: ScriptRun, milliseconds: number): void {
    this.enqueue(run, milliseconds);
  }

  private enqueue(run: ScriptRun, milliseconds: number): void {
    if (this.kind === 'sync') {
      this.waiting.push(run);
      return;
    }
    const isDue = pause(milliseconds, undefined, { signal: this.signal });
    isDue.then(() => (this.last = this.last.then(() => this.runOne(run)))).catch(() => undefined);
  }

  private async runOne(run: ScriptRun): Promise<void> {
    if (this.signal.aborted) return;
    await this.run(run).catch((error: unknown) => {
      if (!this.signal.aborted) console.error(error);
    });
  }

  /** On the sync queue: runs everything, before the response is sent but after it was made. */
  async flush(): Promise<void> {
    for (let run = this.waiting.shift(); run; run = this.waiting.shift()) await this.run(run);
  }

  stop(): void {
    this.abort.abort();
  }
}
