import './environment';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import fc from 'fast-check';
import { plans } from './arbitraries';
import { chance } from '../support/virtual-clock';
import { stage } from './job';
import type { Plan } from './plan';
import { play } from './play';
import { SABOTAGES, type Sabotage } from './sabotages';
import { cells } from './table';
import { isBad } from './tally';

const PROCESSES_AT_ONCE = 2;
/** After so many histories without a finding, a sabotage is not found. */
const MOST_HISTORIES = 10_000;
/** How many the node as it is built has to stand first; `test:histories` itself plays more. */
const UNDAMAGED = 3000;
const SEED = 1;

interface Found {
  /** How many histories it took; undefined when none has found it. */
  histories?: number;
  what: string;
}

/** Changes a file of the built node when it is loaded. @throws Error when what is to be changed is not there once */
function damage({ file, from, to }: Sabotage): void {
  const target = path.resolve(__dirname, '../../dist/nodes/ProcessMaker', `${file}.js`);
  const source = readFileSync(target, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file}.js does not hold this once: ${from}`);
  const { _extensions: extensions } = Module as unknown as {
    _extensions: Record<
      string,
      (module: { _compile: (text: string, name: string) => void }, name: string) => void
    >;
  };
  const load = extensions['.js'];
  extensions['.js'] = (module, name) => {
    if (name === target)
      module._compile(
        source.replace(from, () => to),
        name,
      );
    else load?.(module, name);
  };
}

/** Cells of the table in an order of chance, and one random history after each. */
function* histories(): Generator<Plan> {
  const random = chance(SEED);
  const table = cells(SEED).map((cell) => ({ cell, place: random() }));
  table.sort((one, other) => one.place - other.place);
  const drawn = fc.sample(plans, { seed: SEED, numRuns: MOST_HISTORIES });
  for (const [index, { cell }] of table.entries()) {
    yield* cell.plans;
    const plan = drawn[index];
    if (plan) yield plan;
  }
}

async function find(sabotage: Sabotage | undefined): Promise<Found> {
  if (sabotage) damage(sabotage);
  const { engine, clock } = await stage();
  let count = 0;
  for (const plan of histories()) {
    count++;
    const outcome = await play(engine, clock, plan);
    if (isBad(outcome)) {
      const [finding] = outcome.findings;
      const story = sabotage ? [] : [JSON.stringify(plan), ...outcome.story];
      return { histories: count, what: [finding?.wrong ?? 'needlessUnknown', ...story].join('\n') };
    }
    if (count === (sabotage ? MOST_HISTORIES : UNDAMAGED)) break;
  }
  return { what: `not found in ${count} histories` };
}

async function inProcess(index: number): Promise<Found> {
  const child = fork(__filename, [String(index)]);
  const ended = once(child, 'exit').then(([code]): [Found] => [{ what: `ended with code ${code}` }]);
  const [found] = (await Promise.race([once(child, 'message'), ended])) as [Found];
  return found;
}

/**
 * Damages the built node in one way after the other.
 *
 * @param count only so many of the ways, which the seed chooses
 * @returns whether each damage was found
 */
export async function selfTest(count: number, seed: number): Promise<boolean> {
  const missed: string[] = [];
  const random = chance(seed);
  const chosen = [...SABOTAGES.entries()]
    .map(([index, { name }]) => ({ index, name, place: random() }))
    .sort((one, other) => one.place - other.place)
    .slice(0, count);
  // The node as it is built, first: what is found in it would be found in any.
  const { histories: wrong, what: found } = await inProcess(SABOTAGES.length);
  console.log(`Without a sabotage: ${found}`);
  if (wrong !== undefined) missed.push('the node as it is built');
  const waiting = wrong === undefined ? [...chosen] : [];
  const work = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const { index, name } = one;
      const { histories: took, what } = await inProcess(index);
      if (took === undefined) missed.push(name);
      console.log(took === undefined ? `✗ ${name}: ${what}` : `✓ ${name}: ${what}, history ${took}`);
    }
  };
  await Promise.all(Array.from({ length: PROCESSES_AT_ONCE }, work));
  console.log(JSON.stringify({ sabotages: chosen.length, found: chosen.length - missed.length, missed }));
  return missed.length === 0;
}

if (require.main === module) {
  find(SABOTAGES[Number(process.argv[2])])
    .then((found) => process.send?.(found, () => process.exit()))
    .catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
}
