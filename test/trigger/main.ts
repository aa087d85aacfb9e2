import { parseArgs } from 'node:util';
import { FAULTS } from './faults';
import { inProcess, type Job, type Part } from './part';
import type { Counts } from './simulate';
import type { Switch } from './switches';

const DEFAULT_RUNS = '2000';
/** Of the runs, with pages as they are; the others have pages of a few rows, so that they are full at once. */
const WITH_FULL_PAGES = 0.75;
/** The runs with full pages are shared out. */
const FULL_PAGE_JOBS = 3;
/** Without what protects them, so few runs lose or repeat events. */
const RUNS_WITHOUT = 40;
const PROCESSES_AT_ONCE = 2;
/** Each fault has to happen in so many of all runs. */
const LEAST_SHARE = 0.05;
/** Far enough from each other that no run is played twice. */
const SEED_STEP = 1000;

function readArguments(): { seed: number; runs: number } {
  const options = { seed: { type: 'string' }, runs: { type: 'string', default: DEFAULT_RUNS } } as const;
  const { values } = parseArgs({ options });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 30));
  const runs = Number(values.runs);
  if (!Number.isSafeInteger(seed)) throw new Error(`'${values.seed}' is no whole number for '--seed'.`);
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`'${values.runs}' is no number of runs.`);
  return { seed, runs };
}

function jobsOf(seed: number, runs: number): Job[] {
  const full = Math.ceil((WITH_FULL_PAGES * runs) / FULL_PAGE_JOBS);
  const shares: Array<[Switch, number]> = [
    ['smallPages', Math.max(1, runs - FULL_PAGE_JOBS * full)],
    ...Array.from({ length: FULL_PAGE_JOBS }, (): [Switch, number] => ['asBuilt', full]),
    ['withoutOverlap', RUNS_WITHOUT],
    ['withoutSeenSet', RUNS_WITHOUT],
    ['withoutOwnClock', 3 * RUNS_WITHOUT],
    ['withoutAttempts', RUNS_WITHOUT],
  ];
  return shares.map(([name, count], index) => ({ name, runs: count, seed: seed + SEED_STEP * index }));
}

async function playAll(jobs: Job[]): Promise<Part[]> {
  const waiting = [...jobs];
  const parts: Part[] = [];
  const work = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) parts.push(await inProcess(job));
  };
  await Promise.all(Array.from({ length: PROCESSES_AT_ONCE }, work));
  return parts;
}

function rareFaults(parts: Part[]): string[] {
  const runs = sum(parts, 'runs');
  const rows = FAULTS.map((fault) => {
    const times = parts
      .flatMap(({ faults }) => faults)
      .reduce((total, [name, count]) => total + (name === fault ? count : 0), 0);
    const share = `${((100 * times) / runs).toFixed(1)} %`;
    return { fault, times, share, isRare: times < LEAST_SHARE * runs };
  });
  console.table(Object.fromEntries(rows.map(({ fault, times, share }) => [fault, { runs: times, share }])));
  return rows
    .filter(({ isRare }) => isRare)
    .map(({ fault, share }) => `'${fault}' in only ${share} of the runs`);
}

const sum = (parts: Part[], name: keyof Counts): number =>
  parts.reduce((total, { counts }) => total + counts[name], 0);

/** Proves that the trigger neither loses nor repeats an event. Ends with a line of JSON. */
async function main(): Promise<void> {
  const { seed, runs } = readArguments();
  console.log(`Seed ${seed}`);
  const all = await playAll(jobsOf(seed, runs));
  console.table(all.map(({ name, seed: own, counts }) => ({ name, seed: own, ...counts })));
  const of = (...names: Switch[]) => all.filter(({ name }) => names.includes(name));
  const parts = of('asBuilt', 'smallPages');
  const missed = [
    ...rareFaults(parts),
    ...(sum(of('withoutOverlap'), 'lost') === 0 ? ['Nothing was lost without the overlap'] : []),
    ...(sum(of('withoutOwnClock'), 'lost') === 0 ? ["Nothing was lost without n8n's own clock"] : []),
    ...(sum(of('withoutSeenSet'), 'repeated') === 0 ? ['Nothing was repeated without the seen-set'] : []),
    ...(sum(of('withoutAttempts'), 'repeated') === 0
      ? ['Nothing was given too often where whatever is in ERROR has failed']
      : []),
    ...parts.flatMap(({ name, explanation }) => (explanation ? [`${name} went wrong: ${explanation}`] : [])),
  ];
  for (const text of missed) console.log(`✗ ${text}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
  const [events, lost, repeated] = [sum(parts, 'events'), sum(parts, 'lost'), sum(parts, 'repeated')];
  console.log(JSON.stringify({ runs: sum(parts, 'runs'), events, lost, repeated, seed }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
