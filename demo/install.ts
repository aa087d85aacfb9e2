import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { npm } from './command';
import { say, withTicker } from './progress';

const NODE_24_FOLDER = path.join(__dirname, 'node24');
/** The Node versions for which n8n's binary modules come prebuilt. */
const N8N_RUNS_ON = ['24', '26'];

export interface N8nRuntime {
  /** The Node that runs n8n. */
  node: string;
  /** n8n's start script. */
  script: string;
}

/** Installs n8n, and a Node that can run it, from the demo's lockfiles; does nothing when that was done before. */
export async function installN8n(signal: AbortSignal): Promise<N8nRuntime> {
  const [major = ''] = process.versions.node.split('.');
  const ownNode = N8N_RUNS_ON.includes(major);
  if (!ownNode) await installNode24(signal);
  await installModules(signal);
  return {
    node: ownNode ? process.execPath : node24Binary(),
    script: path.join(__dirname, 'node_modules', 'n8n', 'bin', 'n8n'),
  };
}

function node24Binary(): string {
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  return path.join(NODE_24_FOLDER, 'node_modules', 'node', 'bin', file);
}

async function installNode24(signal: AbortSignal): Promise<void> {
  await once(NODE_24_FOLDER, async () => {
    say(`Installing Node 24 for n8n beside your Node ${process.versions.node} (first time only) …`);
    await npm(['ci', '--ignore-scripts=false', '--no-audit', '--no-fund'], { cwd: NODE_24_FOLDER, signal });
  });
}

async function installModules(signal: AbortSignal): Promise<void> {
  await once(__dirname, async () => {
    say('Installing n8n (first time only: about 4 minutes, 2.4 GB) …');
    const args = ['ci', '--ignore-scripts', '--omit=dev', '--omit=optional', '--no-audit', '--no-fund'];
    // n8n's dependencies warn about engines and deprecations by the hundred.
    await withTicker(() => npm([...args, '--loglevel=error'], { cwd: __dirname, signal }));
    say('Building SQLite for n8n (first time only: about a minute) …');
    await withTicker(() => buildSqlite(signal));
  });
}

async function buildSqlite(signal: AbortSignal): Promise<void> {
  try {
    await npm(['rebuild', 'sqlite3', '--ignore-scripts=false'], { cwd: __dirname, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(
      "SQLite could not be built. Where npm finds no prebuilt one, python3, make and g++ are needed (Debian: 'apt install python3 make g++').",
      { cause: error },
    );
  }
}

/** Runs an installation unless its stamp shows that it ran to its end with this very lockfile. */
export async function once(folder: string, install: () => Promise<void>): Promise<void> {
  const stamp = path.join(folder, 'node_modules', '.complete');
  const wanted = createHash('sha256')
    .update(readFileSync(path.join(folder, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex');
  if (readIfPresent(stamp) === wanted) return;
  rmSync(stamp, { force: true });
  await install();
  writeFileSync(stamp, wanted);
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
