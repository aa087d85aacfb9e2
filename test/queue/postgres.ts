import { execFile } from 'node:child_process';
import { chownSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import type { Cleanup } from '../../demo/cleanup';
import { freePort } from '../../demo/ports';
import type { Programs } from './programs';
import { query } from './query';
import { startService, type SystemUser } from './service';

const HOST = '127.0.0.1';
const USER = 'n8n';
const DATABASE = 'postgres';
const execute = promisify(execFile);

export interface Postgres {
  /** The settings by which n8n finds it. */
  env: Record<string, string>;
  /** Runs a SELECT; gives its rows. */
  select(sql: string): Promise<string[][]>;
}

/** Starts a PostgreSQL of our own with an empty database. */
export async function startPostgres(
  programs: Programs,
  password: string,
  signal: AbortSignal,
  cleanup: Cleanup,
): Promise<Postgres> {
  // Not below another temporary folder: its user must get there.
  const folder = cleanup.temporaryFolder('queue-postgres');
  const place = { programs, folder, user: await unprivilegedUser(), signal, cleanup };
  await createCluster(place, password);
  const port = await freePort();
  await startOn(port, place);
  const address = ['-h', HOST, '-p', String(port), '-U', USER, '-d', DATABASE];
  return {
    env: {
      DB_TYPE: 'postgresdb',
      DB_POSTGRESDB_HOST: HOST,
      DB_POSTGRESDB_PORT: String(port),
      DB_POSTGRESDB_DATABASE: DATABASE,
      DB_POSTGRESDB_USER: USER,
      DB_POSTGRESDB_PASSWORD: password,
    },
    select: async (sql) => {
      const args = [...address, '--no-psqlrc', '--no-align', '--tuples-only', '--field-separator=\t'];
      const output = await query(programs.psql, [...args, '-c', sql], { PGPASSWORD: password });
      return output.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')]));
    },
  };
}

interface Place {
  programs: Programs;
  folder: string;
  user?: SystemUser;
  signal: AbortSignal;
  cleanup: Cleanup;
}

/** PostgreSQL does not run as root. */
async function unprivilegedUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  // The user that comes with Debian's package.
  const id = async (flag: string) => Number((await execute('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

async function createCluster({ programs, folder, user, signal }: Place, password: string): Promise<void> {
  const passwordFile = path.join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) for (const file of [folder, passwordFile]) chownSync(file, user.uid, user.gid);
  const args = ['-D', path.join(folder, 'data'), '-U', USER, '--pwfile', passwordFile];
  const more = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
  await execute(programs.initdb, [...args, ...more], { cwd: folder, signal, ...user });
}

async function startOn(port: number, { programs, folder, user, signal, cleanup }: Place): Promise<void> {
  const settings = {
    listen_addresses: HOST,
    unix_socket_directories: '',
    // The machine itself does not go down here, and nothing is kept.
    fsync: 'off',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  await startService({
    name: 'PostgreSQL',
    command: programs.postgres,
    args: ['-D', path.join(folder, 'data'), '-p', String(port), ...flags],
    cwd: folder,
    logFile: path.join(folder, 'postgres.log'),
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    user,
    isReady: async () => {
      await query(programs.pg_isready, ['-q', '-h', HOST, '-p', String(port)], {});
      return true;
    },
    signal,
    cleanup,
  });
}
