import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { spawnGroup, stopGroup } from './process';

const TAIL_LINES = 25;

export interface CommandOptions {
  cwd: string;
  signal: AbortSignal;
}

/** Runs a program to its end; a failure's message carries the last lines of its output. */
export async function run(command: string, args: string[], options: CommandOptions): Promise<void> {
  const { cwd, signal } = options;
  signal.throwIfAborted();
  const child = spawnGroup(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
    });
  }
  // What it had half done is done again the next time: nothing to wait for.
  const stop = () => void stopGroup(child, 1_000);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`It ended with exit code ${code}:\n${tail.join('\n')}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Runs the npm that runs this script, or the one on the PATH. */
export function npm(args: string[], options: CommandOptions): Promise<void> {
  const npmScript = process.env.npm_execpath;
  return npmScript ? run(process.execPath, [npmScript, ...args], options) : run('npm', args, options);
}
