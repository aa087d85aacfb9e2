import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { run } from '../../demo/command';
import { say } from '../../demo/progress';

/** Where Debian keeps PostgreSQL's server programs; they are not on the PATH there. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql';
const PACKAGES = ['redis-server', 'postgresql'];
const NAMES = ['redis-server', 'redis-cli', 'postgres', 'initdb', 'pg_isready', 'psql'] as const;

/** The paths of the programs of Redis and PostgreSQL. */
export type Programs = Record<(typeof NAMES)[number], string>;

/** Finds Redis and PostgreSQL, and installs them where they are missing and that is allowed. */
export async function findPrograms(signal: AbortSignal): Promise<Programs> {
  const found = find();
  if (found) return found;
  say('Installing Redis and PostgreSQL …');
  try {
    await install(signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(
      `Redis and PostgreSQL are needed and could not be installed. Install them (Debian: 'apt install ${PACKAGES.join(' ')}').`,
      { cause: error },
    );
  }
  const installed = find();
  if (!installed)
    throw new Error(`Not all of ${NAMES.join(', ')} can be found, although they were installed.`);
  return installed;
}

function find(): Programs | undefined {
  const entries = NAMES.map((name) => [name, programFile(name)] as const);
  if (entries.some(([, file]) => file === undefined)) return undefined;
  return Object.fromEntries(entries) as Programs;
}

function programFile(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...debianFolders()];
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

/** The newest version first. */
function debianFolders(): string[] {
  if (!existsSync(DEBIAN_POSTGRES)) return [];
  const versions = readdirSync(DEBIAN_POSTGRES).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => path.join(DEBIAN_POSTGRES, version, 'bin'));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function install(signal: AbortSignal): Promise<void> {
  // Without a password, or not at all: nobody may be there to type one.
  const asRoot = process.getuid?.() === 0 ? ['env'] : ['sudo', '-n', 'env'];
  const aptGet = [...asRoot, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...PACKAGES]]) {
    const [command = '', ...rest] = [...aptGet, ...args];
    await run(command, rest, { cwd: '/', signal });
  }
}
