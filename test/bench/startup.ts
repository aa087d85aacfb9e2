import { execFileSync } from 'node:child_process';
import { root } from '../../demo/paths';

const ROUNDS = 10;

/** What the package costs n8n at its start. */
export interface Startup {
  cpuMilliseconds: number;
  /** Files of code that n8n has read by then. */
  files: number;
}

const SCRIPT = `
  const path = require('node:path');
  const { LazyPackageDirectoryLoader } = require('n8n-core');
  const before = process.cpuUsage();
  new LazyPackageDirectoryLoader('.').loadAll().then(() => {
    const { user, system } = process.cpuUsage(before);
    const files = Object.keys(require.cache).filter((file) => file.startsWith(path.resolve('dist'))).length;
    console.log(JSON.stringify({ cpuMilliseconds: (user + system) / 1000, files }));
  });`;

/** Loads the package as n8n does, each time in a fresh process. @returns the median */
export function costOfStartup(): Startup {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const output = execFileSync(process.execPath, ['-e', SCRIPT], { cwd: root, encoding: 'utf8' });
    return JSON.parse(output) as Startup;
  });
  rounds.sort((a, b) => a.cpuMilliseconds - b.cpuMilliseconds);
  return rounds[ROUNDS / 2] ?? { cpuMilliseconds: NaN, files: NaN };
}
