import { Child } from './child';
import type { Executed, Job } from './client/job';
import { node } from './settings';

const ITEMS = 300;

/** What a real ProcessMaker did with a number of Requests in parallel. */
export interface RealRow {
  way: string;
  parallel: number;
  seconds: number;
  started: number;
}

/** Starts Requests on the ProcessMaker that the environment names; none where it names none. */
export async function raceOnReal(): Promise<RealRow[]> {
  const { PROCESSMAKER_URL: url, PROCESSMAKER_TOKEN: token, PROCESSMAKER_PROCESS: processId } = process.env;
  if (!url || !token || !processId) return [];
  const client = new Child('client/main.ts');
  const start = async (parallel: number, items: number) => {
    const options = { requestsInParallel: parallel };
    const job: Job = { contestant: 'processMaker', items, options, server: { url, token }, processId };
    return await client.ask<Job, Executed>(job);
  };
  try {
    const rows: RealRow[] = [];
    // The first Requests of a server that has just begun take longer.
    await start(5, 20);
    for (const parallel of [5, 20, 50]) {
      const { seconds, items } = await start(parallel, ITEMS);
      const row = { way: node(parallel).name, parallel, seconds, started: items };
      console.log(`Real ProcessMaker: ${JSON.stringify(row)}`);
      rows.push(row);
    }
    return rows;
  } finally {
    await client.end();
  }
}

/** Starts in a second. */
export function rateOf({ started, seconds }: RealRow): number {
  return started / seconds;
}
