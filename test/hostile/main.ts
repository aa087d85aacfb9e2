import { parseArgs } from 'node:util';
import { playAll } from './jobs';
import { Report } from './report';

const DEFAULT_CASES = '2400';

interface Arguments {
  seed: number;
  cases: number;
  /** The only case to be played. */
  only: number | undefined;
}

function readArguments(): Arguments {
  const options = {
    seed: { type: 'string' },
    cases: { type: 'string', default: DEFAULT_CASES },
    case: { type: 'string' },
  } as const;
  const { values } = parseArgs({ options });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 30));
  const cases = Number(values.cases);
  const only = values.case === undefined ? undefined : Number(values.case);
  if (!Number.isSafeInteger(seed)) throw new Error(`'${values.seed}' is no whole number for '--seed'.`);
  if (!Number.isSafeInteger(cases) || cases < 1) throw new Error(`'${values.cases}' is no number of cases.`);
  if (only !== undefined && !(Number.isSafeInteger(only) && only >= 0)) {
    throw new Error(`'${values.case}' is no number of a case.`);
  }
  return { seed, cases, only };
}

/** Proves that the node holds against hostile and broken servers. Ends with a line of JSON. */
async function main(): Promise<void> {
  const { seed, cases, only } = readArguments();
  console.log(`Seed ${seed}`);
  const numbers = only === undefined ? Array.from({ length: cases }, (_, number) => number) : [only];
  const played = await playAll(seed, numbers, only === undefined);
  if (only !== undefined) console.log(played.verdicts);
  const report = new Report(played, seed);
  const missed = [...report.broken, ...(only === undefined ? report.missed : [])];
  for (const text of missed) console.log(`✗ ${text}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
  console.log(report.line);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
