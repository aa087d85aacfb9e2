import { parseArgs } from 'node:util';
import { inProcess, type Job } from './job';
import { differencesOf } from './likeness';
import { selfTest } from './self-test';
import { BARS } from './verdict';
import { emptyTally, join, type Bad, type Tally } from './tally';

const DEFAULT_MINUTES = '1';
const PROCESSES_AT_ONCE = 2;
const SHOWN = 3;
/** Histories without faults, on the model and on the stand-in. */
const COMPARED = 200;

function readArguments() {
  const options = {
    seed: { type: 'string' },
    minutes: { type: 'string', default: DEFAULT_MINUTES },
    exhaustive: { type: 'boolean', default: false },
    'self-test': { type: 'boolean', default: false },
    sabotages: { type: 'string', default: 'Infinity' },
  } as const;
  const { values } = parseArgs({ options });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 30));
  const minutes = Number(values.minutes);
  const sabotages = Number(values.sabotages);
  if (!Number.isSafeInteger(seed)) throw new Error(`'${values.seed}' is no whole number for '--seed'.`);
  if (!(minutes >= 0)) throw new Error(`'${values.minutes}' is no number of minutes.`);
  if (!(sabotages > 0)) throw new Error(`'${values.sabotages}' is no number of sabotages.`);
  return { seed, minutes, sabotages, isExhaustive: values.exhaustive, isSelfTest: values['self-test'] };
}

async function playAll(what: Job['what'], seed: number, seconds: number): Promise<Tally> {
  const sum = emptyTally();
  const shares = Array.from({ length: PROCESSES_AT_ONCE }, (_, which) => which);
  const parts = await Promise.all(
    shares.map((which) => inProcess({ what, seed, share: [which, PROCESSES_AT_ONCE], seconds })),
  );
  for (const part of parts) join(sum, part);
  return sum;
}

function tell({ plan, wrong, text, story }: Bad): void {
  console.log(`\n✗ ${wrong}: ${text}\n${JSON.stringify(plan)}\n${story.join('\n')}`);
}

/** Proves that a change is made once, whatever goes wrong and however it is repeated. Ends with a line of JSON. */
async function main(): Promise<void> {
  const { seed, minutes, sabotages, isExhaustive, isSelfTest } = readArguments();
  if (isSelfTest) {
    process.exitCode = (await selfTest(sabotages, seed)) ? 0 : 1;
    return;
  }
  console.log(`Seed ${seed}`);
  const differences = await differencesOf(COMPARED, seed);
  for (const text of differences.slice(0, SHOWN))
    console.log(`\n✗ The model and the stand-in differ: ${text}`);
  const began = performance.now();
  const sum = await playAll('table', seed, 0);
  const { cells, emptyCells } = sum;
  join(sum, await playAll(isExhaustive ? 'all small' : 'small', seed, 0));
  if (minutes > 0) join(sum, await playAll('random', seed, 60 * minutes));
  console.table(sum.operations);
  console.table(sum.repeats);
  console.log('Documented doubles, by their cause:', sum.documented);
  console.log('Needless unknowns, by their cause:', sum.needless, `of ${sum.unknowns} unknowns`);
  for (const name of emptyCells.slice(0, 50)) console.log(`✗ An empty cell: ${name}`);
  for (const bad of sum.bad.slice(0, SHOWN)) tell(bad);
  const { doubled, lost, falselyReported, endless } = sum.wrong;
  const needlessUnknown = Object.values(sum.needless).reduce((total, times) => total + times, 0);
  const isAbove = Object.entries(sum.needless).some(
    ([cause, times]) => times > (BARS[cause] ?? 0) * sum.unknowns,
  );
  const isWrong = doubled + lost + falselyReported + endless > 0;
  process.exitCode = isWrong || isAbove || emptyCells.length + differences.length > 0 ? 1 : 0;
  const perMinute = Math.round((sum.played / (performance.now() - began)) * 60_000);
  console.log(`${sum.played} histories were played, ${perMinute} a minute.`);
  const result = {
    histories: sum.histories,
    cells,
    emptyCells: emptyCells.length,
    operations: sum.operations,
    repeats: sum.repeats,
    doubled,
    lost,
    falselyReported,
    needlessUnknown,
    endless,
    documented: sum.documented,
    compared: COMPARED,
    differences: differences.length,
    seed,
  };
  console.log(JSON.stringify(result));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
