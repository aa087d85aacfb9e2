import './environment';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import fc from 'fast-check';
import { createEngine, type Engine } from '../support/engine';
import { plans } from './arbitraries';
import { VirtualClock } from '../support/virtual-clock';
import { families, withFaults } from './exhaustive';
import { takeCalls } from './host';
import { play } from './play';
import { cells } from './table';
import { emptyTally, isBad, note, type Tally } from './tally';

/** Some of the histories, which have a process of their own. */
export interface Job {
  what: 'table' | 'small' | 'all small' | 'random';
  seed: number;
  /** Of how many shares this is which one. */
  share: [which: number, of: number];
  /** How long random histories are played. */
  seconds: number;
}

const BATCH = 50;
const SHRINK_SECONDS = 30;

/** Plays the histories of a job in a process of their own. */
export async function inProcess(job: Job): Promise<Tally> {
  const child = fork(__filename, [JSON.stringify(job)]);
  const [tally] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`A part has ended with code ${code}.`))),
  ])) as [Tally];
  return tally;
}

/** An engine whose time and whose network are those of histories. */
export async function stage(): Promise<{ engine: Engine; clock: VirtualClock }> {
  const engine = await createEngine();
  takeCalls(engine);
  return { engine, clock: new VirtualClock() };
}

async function playTable({ seed, share: [which, of] }: Job): Promise<Tally> {
  const { engine, clock } = await stage();
  const tally = emptyTally();
  for (const [index, cell] of cells(seed).entries()) {
    if (index % of !== which) continue;
    tally.cells++;
    let hasCounted = false;
    for (const plan of cell.plans) {
      const outcome = await play(engine, clock, plan);
      note(tally, plan, outcome);
      hasCounted ||= outcome.counts;
    }
    if (!hasCounted) tally.emptyCells.push(cell.name);
  }
  clock.uninstall();
  return tally;
}

/** Small histories, each fault at each place. */
async function playSmall({ what, seed, share: [which, of] }: Job): Promise<Tally> {
  const { engine, clock } = await stage();
  const tally = emptyTally();
  for (const [index, family] of families(seed, what === 'all small').entries()) {
    if (index % of !== which) continue;
    const { calls } = await play(engine, clock, family.plan);
    for (const plan of withFaults(family, calls)) note(tally, plan, await play(engine, clock, plan));
  }
  clock.uninstall();
  return tally;
}

/** Random histories; one that goes wrong is made as small as it can be, and its story is told. */
async function playRandom({ seed, share: [which], seconds }: Job): Promise<Tally> {
  const { engine, clock } = await stage();
  const tally = emptyTally();
  const until = performance.now() + 1000 * seconds;
  for (let batch = 0; performance.now() < until; batch++) {
    let isShrinking = false;
    const property = fc.asyncProperty(plans, async (plan) => {
      const outcome = await play(engine, clock, plan);
      if (!isShrinking) note(tally, plan, outcome);
      isShrinking ||= isBad(outcome);
      return !isBad(outcome);
    });
    const details = await fc.check(property, {
      seed: seed + 1_000_003 * which + 7919 * batch,
      numRuns: BATCH,
      interruptAfterTimeLimit: 1000 * SHRINK_SECONDS,
    });
    const [smallest] = details.counterexample ?? [];
    if (!smallest) continue;
    const { findings, unknowns, story } = await play(engine, clock, smallest);
    const texts = [...findings, ...unknowns].map(({ text }) => text);
    tally.bad.unshift({
      plan: smallest,
      wrong: findings[0]?.wrong ?? 'needless unknown',
      text: texts.join('; '),
      story,
    });
    break;
  }
  clock.uninstall();
  return tally;
}

if (require.main === module) {
  const job = JSON.parse(process.argv[2] ?? '') as Job;
  const players = { table: playTable, small: playSmall, 'all small': playSmall, random: playRandom };
  players[job.what](job)
    .then((tally) => process.send?.(tally, () => process.exit()))
    .catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
}
