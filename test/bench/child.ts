import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

type ChildResponse = { value: unknown } | { failed: string };

/** A process of our own that responds to one question at a time. */
export class Child {
  private readonly child: ChildProcess;

  constructor(script: string, args: string[] = []) {
    this.child = fork(path.join(__dirname, script), args, { execArgv: ['--expose-gc', '--import', 'tsx'] });
  }

  async ask<Question extends object | string, Result>(question: Question): Promise<Result> {
    const { child } = this;
    const over = new AbortController();
    const ended = once(child, 'exit', { signal: over.signal }).then(() => {
      throw new Error('A process of the benchmark has ended by itself.');
    });
    try {
      const responded = once(child, 'message', { signal: over.signal });
      child.send(question);
      const [response] = (await Promise.race([responded, ended])) as [ChildResponse];
      if ('failed' in response) throw new Error(response.failed);
      return response.value as Result;
    } finally {
      over.abort();
      ended.catch(() => undefined);
    }
  }

  async end(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

/** The other side of it: responds to what the parent process asks, and ends with it. */
export function respondToParent<Question, Result>(respond: (question: Question) => Promise<Result>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (question) => {
    respond(question as Question).then(
      (value) => process.send?.({ value }),
      (error: unknown) =>
        process.send?.({ failed: error instanceof Error ? (error.stack ?? '') : String(error) }),
    );
  });
}
