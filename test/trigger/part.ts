import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createEngine } from '../support/engine';
import type { Fault } from './faults';
import { explain, simulate, type Counts } from './simulate';
import type { Switch } from './switches';

/** Some of the runs, which have a process of their own. */
export interface Job {
  name: Switch;
  seed: number;
  runs: number;
}

/** What they came to. */
export interface Part extends Job {
  counts: Counts;
  /** In how many runs a fault happened. */
  faults: Array<[Fault, number]>;
  /** The smallest plan that goes wrong, where one has to go right. */
  explanation?: string;
}

/** Those that have to go wrong, since the trigger lacks what protects it. */
const HAS_TO_FAIL: Switch[] = ['withoutOverlap', 'withoutSeenSet', 'withoutOwnClock', 'withoutAttempts'];

/** Plays the runs of a job in a process of their own. */
export async function inProcess(job: Job): Promise<Part> {
  const child = fork(__filename, [JSON.stringify(job)]);
  const [part] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`A part has ended with code ${code}.`))),
  ])) as [Part];
  return part;
}

async function main(text: string): Promise<void> {
  const job = JSON.parse(text) as Job;
  const { name, seed, runs } = job;
  const engine = await createEngine();
  const { counts, faults } = await simulate(engine, name, seed, runs);
  const isWrong = counts.lost + counts.repeated + counts.wrong + counts.disordered > 0;
  const explanation =
    isWrong && !HAS_TO_FAIL.includes(name) ? await explain(engine, name, seed, runs) : undefined;
  const part: Part = { ...job, counts, faults: [...faults], explanation };
  process.send?.(part, () => process.exit());
}

if (require.main === module) {
  main(process.argv[2] ?? '').catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
