import { say } from './progress';

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** The wish to stop, by Ctrl-C or a signal; everything that takes time listens to it. */
export class Stop {
  private readonly controller = new AbortController();
  readonly signal = this.controller.signal;
  /** What the program exits with when it was stopped before its work was done. */
  exitCode?: number;

  constructor() {
    for (const [name, code] of Object.entries(EXIT_CODES)) {
      process.on(name, () => this.stop(code));
    }
    if (process.env.npm_lifecycle_event) this.watchParent(process.ppid);
  }

  /** Waits for the wish to stop. */
  requested(): Promise<void> {
    return new Promise((resolve) => {
      if (this.signal.aborted) resolve();
      else this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** npm passes SIGTERM on to the shell between us only, and the shell dies of it without a word. */
  private watchParent(parent: number): void {
    setInterval(() => {
      if (process.ppid !== parent) this.stop(EXIT_CODES.SIGTERM);
    }, 500).unref();
  }

  private stop(code: number): void {
    if (this.signal.aborted) return;
    say('\nStopping …');
    this.exitCode = code;
    this.controller.abort(new Error('Stopped.'));
  }
}
