import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

type Answered = { value: unknown } | { failed: string };

/** A process of our own that answers one question at a time. */
export class Child {
  private readonly child: ChildProcess;

  constructor(script: string, args: string[] = []) {
    this.child = fork(path.join(__dirname, script), args, { execArgv: ['--expose-gc', '--import', 'tsx'] });
  }

  async ask<Question extends object | string, Answer>(question: Question): Promise<Answer> {
    const { child } = this;
    const over = new AbortController();
    const ended = once(child, 'exit', { signal: over.signal }).then(() => {
      throw new Error('A process of the benchmark has ended by itself.');
    });
    try {
      const answered = once(child, 'message', { signal: over.signal });
      child.send(question);
      const [answer] = (await Promise.race([answered, ended])) as [Answered];
      if ('failed' in answer) throw new Error(answer.failed);
      return answer.value as Answer;
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

/** The other side of it: answers what the parent process asks, and ends with it. */
export function answerParent<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (question) => {
    answer(question as Question).then(
      (value) => process.send?.({ value }),
      (error: unknown) =>
        process.send?.({ failed: error instanceof Error ? (error.stack ?? '') : String(error) }),
    );
  });
}
