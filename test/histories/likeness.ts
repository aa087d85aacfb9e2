import './environment';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { isObject } from '../../nodes/ProcessMaker/guards';
import { createEngine } from '../support/engine';
import { plans } from './arbitraries';
import { VirtualClock } from '../support/virtual-clock';
import { takeCalls } from './host';
import { FIRST_ID, PLAIN } from './model/processmaker';
import type { Plan } from './plan';
import { type Outcome, play } from './play';
import { StandIn } from './stand-in';
import type { SentCall } from './wire';

const NEVER = '';

/** Texts that the model makes up. */
const MADE_UP = /^(name|case_title|element_name|fullname|message|body)$/;
const IS_ID = /^id$|_id$|Id$|^case_number$|^process_version_id$/;
const IS_TIME = /_at$/;
/** Times are kept to the second. */
const MOST_APART_MS = 1000;

/** Holds the model's answers against the stand-in's: whatever the model tells, the stand-in tells as well. */
class Comparison {
  readonly differences: string[] = [];

  constructor(private readonly ids: Map<number, number>) {}

  calls(here: SentCall[], there: SentCall[]): void {
    const count = Math.max(here.length, there.length);
    for (let index = 0; index < count && this.differences.length === 0; index++) {
      const [one, other] = [here[index], there[index]];
      if (!one || !other) {
        this.differ(
          `call ${index}`,
          one && `${one.method} ${one.path}`,
          other && `${other.method} ${other.path}`,
        );
        return;
      }
      const where = `${one.method} ${one.path}`;
      this.values(where, this.route(one.path, this.ids), other.path);
      this.values(where, one.method, other.method);
      this.values(`${where}: status`, one.answer?.status, other.answer?.status);
      this.values(where, contentOf(one), contentOf(other));
    }
  }

  values(where: string, here: unknown, there: unknown): void {
    if (Array.isArray(here) && Array.isArray(there)) {
      if (here.length !== there.length) this.differ(where, here, there);
      for (const [index, one] of here.entries()) this.values(`${where}[${index}]`, one, there[index]);
    } else if (isObject(here) && isObject(there)) {
      for (const [name, one] of Object.entries(here)) this.field(`${where}.${name}`, name, one, there[name]);
    } else if (!isDeepStrictEqual(here, there)) this.differ(where, here, there);
  }

  private field(where: string, name: string, here: unknown, there: unknown): void {
    if (name.startsWith('_') || MADE_UP.test(name)) return;
    if (IS_ID.test(name) && typeof here === 'number' && typeof there === 'number')
      this.id(where, here, there);
    else if (name === 'summary') this.values(where, byKey(here), byKey(there));
    else if (IS_TIME.test(name) && typeof here === 'string' && typeof there === 'string') {
      if (Math.abs(Date.parse(here) - Date.parse(there)) > MOST_APART_MS) this.differ(where, here, there);
    } else this.values(where, here, there);
  }

  id(where: string, here: number, there: number): void {
    if (here < FIRST_ID && here === there) return;
    const known = this.ids.get(here);
    if (known === undefined) this.ids.set(here, there);
    else if (known !== there) this.differ(where, here, there);
  }

  private route(path: string, ids: Map<number, number>): string {
    return path.replace(/(?<=\/(?:requests|tasks|files)\/)\d+/g, (id) => String(ids.get(Number(id)) ?? id));
  }

  private differ(where: string, here: unknown, there: unknown): void {
    this.differences.push(
      `${where}: ${JSON.stringify(here)} in the model, ${JSON.stringify(there)} in the stand-in`,
    );
  }
}

/** A summary, whose order means nothing. */
function byKey(summary: unknown): object {
  const entries = (Array.isArray(summary) ? summary : []) as Array<{ key: string; value: unknown }>;
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

function contentOf({ answer }: SentCall): unknown {
  const text = answer?.body.toString() ?? NEVER;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function compare(here: Outcome, there: Outcome, ids: Map<number, number>): string[] {
  const comparison = new Comparison(ids);
  comparison.calls(here.calls, there.calls);
  for (const [index, { said, requestId }] of here.reports.entries()) {
    const other = there.reports[index];
    comparison.values(`item ${index}`, said, other?.said);
    if (requestId !== undefined) comparison.id(`item ${index}`, requestId, Number(other?.requestId));
  }
  return comparison.differences;
}

/** Without faults, and in the world of the stand-in. */
const plain = (plan: Plan): Plan => ({
  ...plan,
  faults: [],
  nudge: false,
  items: Math.max(1, plan.items),
  edit: 'none',
  world: { ...PLAIN, heals: plan.world.heals, loops: false },
});

/** Plays histories without faults on both, in a process of its own. @returns what differs, each with both stories */
export async function differencesOf(count: number, seed: number): Promise<string[]> {
  const child = fork(__filename, [String(count), String(seed)]);
  const [found] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`The comparison has ended with code ${code}.`)),
    ),
  ])) as [string[]];
  return found;
}

async function compareWithStandIn(count: number, seed: number): Promise<string[]> {
  const engine = await createEngine();
  takeCalls(engine);
  const begun = await StandIn.begin();
  const clock = new VirtualClock();
  const found: string[] = [];
  for (const plan of fc.sample(plans, { numRuns: count, seed }).map(plain)) {
    let other: StandIn | undefined;
    const here = await play(engine, clock, plan);
    const there = await play(
      engine,
      clock,
      plan,
      async (model) => (other = await StandIn.like(begun, clock, model)),
    );
    const differences = compare(here, there, other?.ids ?? new Map<number, number>());
    if (differences.length > 0)
      found.push([...differences, JSON.stringify(plan), ...here.story, '---', ...there.story].join('\n'));
  }
  clock.uninstall();
  await begun.server.close();
  return found;
}

if (require.main === module) {
  compareWithStandIn(Number(process.argv[2]), Number(process.argv[3]))
    .then((found) => process.send?.(found, () => process.exit()))
    .catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
}
