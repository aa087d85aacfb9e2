import { mkdtempSync } from 'node:fs';
import path from 'node:path';

import type { Cleanup } from '../../demo/cleanup';
import { installN8n } from '../../demo/install';
import { exclusively } from '../../demo/lock';
import { runProgram } from '../../demo/program';
import type { Stop } from '../../demo/stop';
import { Checks } from '../e2e/checkList';
import { Copy } from './copy';
import type { Rule } from './rule';
import { installScanner } from './scanner';

/** Copies of the checkout, and the checks of them, until the program ends. */
export class Session {
  readonly checks = new Checks(() => Promise.resolve());

  constructor(
    private readonly folder: string,
    readonly signal: AbortSignal,
  ) {}

  /** A new copy of the checkout. */
  copy(env: NodeJS.ProcessEnv): Copy {
    return new Copy(mkdtempSync(path.join(this.folder, 'copy-')), this.signal, env);
  }

  /** Checks a rule; one line, and a line for each thing that does not hold. */
  async check(rule: Rule, copy: Copy): Promise<void> {
    await this.checks.check(rule.name, async () => {
      const found = await rule.check(copy);
      this.signal.throwIfAborted();
      if (found.length) throw new Error(found.join('\n  '));
    });
  }
}

/** Runs a program that checks copies of the checkout. Its last line is `N passed, N failed`. */
export async function runSession(work: (session: Session) => Promise<void>): Promise<void> {
  const open = async ({ signal }: Stop, cleanup: Cleanup) => {
    const folder = cleanup.temporaryFolder('verify');
    await exclusively(signal, async () => {
      await installScanner(signal);
      await installN8n(signal);
    });
    const session = new Session(folder, signal);
    await work(session);
    return session;
  };
  await runProgram(open, ({ checks }) => {
    console.log(checks.summary());
    return checks.allPassed;
  });
}
