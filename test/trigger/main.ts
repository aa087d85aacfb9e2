import { parseArgs } from 'node:util';
import { createEngine, type Engine } from '../support/engine';
import { FAULTS } from './faults';
import { explain, simulate, type Tally } from './simulate';
import type { Switch } from './switches';

const DEFAULT_RUNS = '2000';
/** Of the runs, with pages as they are; the others have pages of a few rows, so that they are full at once. */
const WITH_FULL_PAGES = 0.6;
/** Without what protects them, so few runs lose or repeat events. */
const RUNS_WITHOUT = 40;
/** Each fault has to happen in so many of all runs. */
const LEAST_SHARE = 0.05;

interface Part {
  name: Switch;
  tally: Tally;
}

function readArguments(): { seed: number; runs: number } {
  const options = { seed: { type: 'string' }, runs: { type: 'string', default: DEFAULT_RUNS } } as const;
  const { values } = parseArgs({ options });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const runs = Number(values.runs);
  if (!Number.isSafeInteger(seed)) throw new Error(`'${values.seed}' is no whole number for '--seed'.`);
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`'${values.runs}' is no number of runs.`);
  return { seed, runs };
}

/** What is wrong with the parts that have to be right. */
async function missedIn(engine: Engine, parts: Part[], seed: number): Promise<string[]> {
  const missed: string[] = [];
  for (const { name, tally } of parts) {
    const { runs, lost, repeated, disordered } = tally;
    if (lost + repeated + disordered === 0) continue;
    missed.push(`${name}: ${lost} lost, ${repeated} repeated, ${disordered} executions not oldest first`);
    missed.push(await explain(engine, name, seed, runs));
  }
  return missed;
}

function rareFaults(parts: Part[], runs: number): string[] {
  const rows = FAULTS.map((fault) => {
    const times = sum(parts.map(({ tally }) => tally.faults.get(fault) ?? 0));
    return {
      fault,
      runs: times,
      share: `${((100 * times) / runs).toFixed(1)} %`,
      isRare: times < LEAST_SHARE * runs,
    };
  });
  console.table(
    Object.fromEntries(rows.map(({ fault, runs: times, share }) => [fault, { runs: times, share }])),
  );
  return rows
    .filter(({ isRare }) => isRare)
    .map(({ fault, share }) => `'${fault}' in only ${share} of the runs`);
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Proves that the trigger neither loses nor repeats an event. Ends with a line of JSON. */
async function main(): Promise<void> {
  const { seed, runs } = readArguments();
  console.log(`Seed ${seed}`);
  const engine = await createEngine();
  const full = Math.ceil(WITH_FULL_PAGES * runs);
  const parts: Part[] = [
    { name: 'asBuilt', tally: await simulate(engine, 'asBuilt', seed, full) },
    { name: 'smallPages', tally: await simulate(engine, 'smallPages', seed, runs - full) },
  ];
  const without: Part[] = [
    { name: 'withoutOverlap', tally: await simulate(engine, 'withoutOverlap', seed, RUNS_WITHOUT) },
    { name: 'withoutSeenSet', tally: await simulate(engine, 'withoutSeenSet', seed, RUNS_WITHOUT) },
  ];
  const shown = [...parts, ...without].map(
    ({ name, tally }) => [name, { ...tally, faults: undefined }] as const,
  );
  console.table(Object.fromEntries(shown));
  const [noOverlap, noSeenSet] = without.map(({ tally }) => tally);
  const missed = [
    ...rareFaults(parts, runs),
    ...(noOverlap?.lost === 0
      ? ['Without the overlap no event was lost: the simulation does not see losses.']
      : []),
    ...(noSeenSet?.repeated === 0
      ? ['Without the seen-set none was repeated: it does not see repeats.']
      : []),
    ...(await missedIn(engine, parts, seed)),
  ];
  for (const text of missed) console.log(`✗ ${text}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
  const of = (count: (tally: Tally) => number) => sum(parts.map(({ tally }) => count(tally)));
  console.log(
    JSON.stringify({
      runs: of((tally) => tally.runs),
      events: of((tally) => tally.events),
      lost: of((tally) => tally.lost),
      repeated: of((tally) => tally.repeated),
      seed,
    }),
  );
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
