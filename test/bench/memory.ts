import { Child } from './child';
import type { Executed, Job } from './client/job';
import { onServer } from './track';

export const MEMORY_ITEMS = 100_000;

/** Peaks in megabytes, each of a fresh process. */
export interface Memory {
  /** What the process took from the machine, with garbage that was not yet collected. */
  process: { code: number; helperOnly: number; node: number };
  /** What was in use, in processes in which garbage is collected every few seconds. */
  inUse: { code: number; node: number };
}

type Measured = Pick<Job, 'contestant' | 'collectGarbage'>;

/** Takes the memory that contestants need for very many items. */
export async function memoryOf(): Promise<Memory> {
  return {
    process: {
      code: (await peakOf({ contestant: 'code' })).process,
      helperOnly: (await peakOf({ contestant: 'helperOnly' })).process,
      node: (await peakOf({ contestant: 'processMaker' })).process,
    },
    inUse: {
      code: (await peakOf({ contestant: 'code', collectGarbage: true })).inUse,
      node: (await peakOf({ contestant: 'processMaker', collectGarbage: true })).inUse,
    },
  };
}

async function peakOf(measured: Measured): Promise<Executed['peak']> {
  return await onServer('fast', async (server) => {
    const client = new Child('client/main.ts');
    try {
      const { peak } = await client.ask<Job, Executed>({ ...measured, items: MEMORY_ITEMS, server });
      console.log(`Memory: ${JSON.stringify(measured)} ${JSON.stringify(peak)}`);
      return peak;
    } finally {
      await client.end();
    }
  });
}
