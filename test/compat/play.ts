import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { root } from '../../demo/paths';
import { spawnGroup, stopGroup } from '../../demo/process';
import { readOutcome, type JestReport, type Outcome } from './outcome';
import type { Version } from './versions';

const CONFIG = path.join(__dirname, 'jest.config.js');

/**
 * Runs the workflow tests on an n8n.
 *
 * @param folder for what Jest writes
 * @param files the test files; all where none are given
 */
export async function play(
  version: Version,
  folder: string,
  files: string[],
  signal: AbortSignal,
): Promise<Outcome> {
  signal.throwIfAborted();
  const output = path.join(folder, `${version.engine}.json`);
  const jest = createRequire(__filename).resolve('jest/bin/jest');
  const args = ['--config', CONFIG, '--json', '--outputFile', output, '--runTestsByPath', ...files];
  const child = spawnGroup(process.execPath, [jest, ...(files.length ? args : args.slice(0, -1))], {
    cwd: root,
    env: { ...process.env, COMPAT_FOLDER: version.folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = () => void stopGroup(child, 1_000);
  signal.addEventListener('abort', stop, { once: true });
  // Its exit code says no more than its report.
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  return readOutcome(JSON.parse(readFileSync(output, 'utf8')) as JestReport, root);
}
