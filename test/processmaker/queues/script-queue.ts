import { setTimeout as pause } from 'node:timers/promises';

const DELAY_MS = 50;

/** A run of the script at a token. */
export interface ScriptRun {
  tokenId: number;
  /** 1 for the first; the server tries a script again by itself where its element says so. */
  attempt: number;
}

/** How the server runs what it puts on its queue; `byHand`: when a test says so, by the server's clock. */
export type QueueKind = 'redis' | 'sync' | 'byHand';

/**
 * When script tasks run: on `redis` a moment after the response, one after the other, so that a script that waits
 * holds up all others; on `sync` during it.
 */
export class ScriptQueue {
  private readonly abort = new AbortController();
  private last: Promise<void> = Promise.resolve();
  private waiting: ScriptRun[] = [];
  private held: Array<{ run: ScriptRun; dueAt: number }> = [];

  constructor(
    private readonly kind: QueueKind,
    private readonly run: (run: ScriptRun) => Promise<void>,
    private readonly now = (): Date => new Date(),
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
    if (this.kind === 'byHand') {
      this.held.push({ run, dueAt: this.now().getTime() + milliseconds });
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

  /** By hand: the tokens whose scripts are still to run, each as often as it will. */
  get heldTokens(): number[] {
    return this.held.map(({ run }) => run.tokenId);
  }

  /** By hand: runs what is due by now. */
  async runDue(): Promise<void> {
    const isDue = ({ dueAt }: { dueAt: number }): boolean => dueAt <= this.now().getTime();
    const due = this.held.filter(isDue);
    this.held = this.held.filter((one) => !isDue(one));
    for (const { run } of due) await this.runOne(run);
  }

  /** On the sync queue: runs everything, before the response is sent but after it was made. */
  async flush(): Promise<void> {
    for (let run = this.waiting.shift(); run; run = this.waiting.shift()) await this.run(run);
  }

  stop(): void {
    this.abort.abort();
  }
}
