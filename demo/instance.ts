import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { lock } from 'proper-lockfile';

import { startProcessMaker, type StoredTask } from '../test/processmaker';
import { demoDigest } from '../test/processmaker/fixtures/seed';
import { freePort } from './ports';
import { say } from './progress';
import type { RealInstance } from './settings';

const PREFERRED_PORT = 8090;
/** After so many days a Task of the stand-in is due. */
const DAYS_TO_DO = 3;
const DAY_MS = 86_400_000;

export interface Instance {
  url: string;
  token: string;
  /** That of a user who sees the Requests of all users; only the stand-in has one. */
  administratorToken?: string;
  /** The open Tasks; only the stand-in tells them. */
  openTasks?: () => StoredTask[];
  /** Starts a Request whose Task was due yesterday, unless there is an overdue one; only the stand-in can. */
  startOverdueTask?: () => Promise<void>;
  close(): Promise<void>;
}

/**
 * The ProcessMaker of the demo: the given one, or a stand-in that runs inside this program.
 *
 * @param folder where the stand-in keeps what was started; without it, it forgets everything at its end
 */
export async function startInstance(real?: RealInstance, folder?: string): Promise<Instance> {
  if (real) return { url: real.url, token: real.token, close: () => Promise.resolve() };
  const port = await freePort(PREFERRED_PORT);
  if (port !== PREFERRED_PORT) say(`Port ${PREFERRED_PORT} is in use; ProcessMaker gets port ${port}.`);
  const database = folder === undefined ? undefined : await takeDatabase(folder);
  const kept = database === undefined ? {} : { database: database.file };
  const clock = { behindMs: 0 };
  const now = () => new Date(Date.now() - clock.behindMs);
  const processMaker = await startProcessMaker({ port, demo: true, now, ...kept });
  const openTasks = () => processMaker.tasks().filter(({ status }) => status === 'ACTIVE');
  return {
    url: processMaker.url,
    token: processMaker.tokens.limited,
    administratorToken: processMaker.tokens.admin,
    openTasks,
    startOverdueTask: async () => {
      if (openTasks().some(({ dueAt }) => dueAt !== null && new Date(dueAt) < new Date())) return;
      clock.behindMs = DAYS_TO_DO * DAY_MS + DAY_MS;
      await startInvoice(processMaker.url, processMaker.tokens.limited).finally(() => (clock.behindMs = 0));
    },
    close: async () => {
      await processMaker.close();
      await database?.release();
    },
  };
}

async function startInvoice(url: string, token: string): Promise<void> {
  const { ok, status } = await fetch(`${url}/api/1.0/process_events/23?event=invoice`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ invoiceNumber: 'IN-7001', supplier: 'Office supplies', amount: 480 }),
  });
  if (!ok) throw new Error(`The stand-in returned ${status} to the start of a Request.`);
}

/** The database of the demos of this checkout, unless another demo uses it right now. */
async function takeDatabase(folder: string): Promise<{ file: string; release(): Promise<void> } | undefined> {
  mkdirSync(folder, { recursive: true });
  // A stand-in that has changed begins with an empty database.
  const file = path.join(folder, `processmaker-${demoDigest()}.sqlite`);
  try {
    // SQLite's driver has its own lock beside the file, which a process that was killed leaves behind.
    const lockfilePath = `${file}.demo`;
    const release = await lock(file, { lockfilePath, realpath: false, stale: 15_000, update: 3_000 });
    return { file, release };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
    say('Another demo of this checkout is running: this one begins empty, and keeps nothing.');
    return undefined;
  }
}
