import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';

import { say } from './progress';
import { root, state } from './paths';

/** Runs a piece of work that two demos of one checkout must not do at the same time. */
export async function exclusively<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const release = await acquire(signal);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(signal: AbortSignal): Promise<() => Promise<void>> {
  mkdirSync(state, { recursive: true });
  for (let hasSaid = false; ;) {
    try {
      return await lock(root, { lockfilePath: path.join(state, 'lock'), stale: 15_000, update: 3_000 });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
      if (!hasSaid) say('Another demo of this checkout installs or builds right now; waiting for it …');
      hasSaid = true;
      await sleep(1_000, undefined, { signal });
    }
  }
}
