import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Cleanup } from '../../demo/cleanup';
import { installN8n } from '../../demo/install';
import { exclusively } from '../../demo/lock';
import { say } from '../../demo/progress';
import { Stop } from '../../demo/stop';
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
  const stop = new Stop();
  const cleanup = new Cleanup();
  process.exitCode = 1;
  try {
    const folder = mkdtempSync(path.join(tmpdir(), 'processmaker-verify-'));
    cleanup.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    await exclusively(stop.signal, async () => {
      await installScanner(stop.signal);
      await installN8n(stop.signal);
    });
    const session = new Session(folder, stop.signal);
    await work(session);
    await cleanup.run();
    console.log(session.checks.summary());
    if (session.checks.allPassed) process.exitCode = 0;
  } catch (error) {
    if (stop.exitCode) process.exitCode = stop.exitCode;
    else say(error instanceof Error ? error.message : String(error));
    await cleanup.run();
  }
  process.exit();
}
