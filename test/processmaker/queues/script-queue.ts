import { setTimeout as pause } from 'node:timers/promises';

const DELAY_MS = 50;

/**
 * When script tasks run: on `redis` a moment after the response, one after the other, so that a script that waits
 * holds up all others; on `sync` during it.
 */
export class ScriptQueue {
  private readonly abort = new AbortController();
  private last: Promise<void> = Promise.resolve();
  private waiting: number[] = [];

  /** @param run runs the script at a token */
  constructor(
    private readonly kind: 'redis' | 'sync',
    private readonly run: (tokenId: number) => Promise<void>,
  ) {}

  /** Aborted when the queue stops. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Puts the script at a token on the queue. */
  add(tokenId: number): void {
    if (this.kind === 'sync') {
      this.waiting.push(tokenId);
      return;
    }
    const delay = pause(DELAY_MS, undefined, { signal: this.signal });
    this.last = Promise.all([this.last, delay])
      .then(() => this.run(tokenId))
      .catch((error: unknown) => {
        if (!this.signal.aborted) console.error(error);
      });
  }

  /** On the sync queue: runs everything, before the response is sent but after it was made. */
  async flush(): Promise<void> {
    const tokenIds = this.waiting;
    this.waiting = [];
    for (const tokenId of tokenIds) await this.run(tokenId);
  }

  stop(): void {
    this.abort.abort();
  }
}
