import type { Engine } from '../support/engine';
import { Endless, type VirtualClock } from '../support/virtual-clock';
import { Host } from './host';
import { ModelledProcessMaker } from './model/processmaker';
import { OPERATIONS, type Thing } from './operations';
import type { Plan } from './plan';
import { type Ending, REPEATS } from './repeats';
import { judge, type Verdict } from './verdict';
import type { Report } from './report';
import { type Backend, type SentCall, Wire } from './wire';

/** What came of one history. */
export interface Outcome extends Verdict {
  /** It had a fault and a repeat. */
  counts: boolean;
  /** The calls that n8n made. */
  calls: SentCall[];
  /** Who did what, when. */
  story: string[];
  /** What n8n told of each item. */
  told: string[];
  reports: Report[];
}

/** Puts another ProcessMaker in the place of the model, which has all that the model has. */
export type Instead = (
  model: ModelledProcessMaker,
) => Promise<Backend & { translate: (thing: Thing) => Thing }>;

const of = <T extends { name: string }>(list: T[], name: string): T => {
  const found = list.find((one) => one.name === name);
  if (!found) throw new Error(`There is no '${name}'.`);
  return found;
};

/** Plays a history from its beginning to its end, and compares what n8n told with what happened. */
export async function play(
  engine: Engine,
  clock: VirtualClock,
  plan: Plan,
  instead?: Instead,
): Promise<Outcome> {
  clock.reset(plan.seed);
  const began = Date.now();
  const story: string[] = [];
  const tell = (text: string) =>
    story.push(`${((Date.now() - began) / 1000).toFixed(2).padStart(8)} s  ${text}`);
  const operation = of(OPERATIONS, plan.operation);
  const repeat = of(REPEATS, plan.repeat);
  const server = new ModelledProcessMaker(plan.world);
  const things = thingsOf(plan, (number, isHidden) => operation.make(server, number, isHidden));
  const other = await instead?.(server);
  const wire = new Wire(other ?? server, plan.faults, tell);
  const host = new Host(engine, wire, tell);
  wire.hidden = things.filter(({ isHidden }) => isHidden).map(({ thing }) => thing);
  const another = () => operation.make(server, `N${things.length}`, false);
  const given = things.map(({ thing }) => other?.translate(thing) ?? thing);
  const stage = { host, plan, operation, things: given, another };
  let ending: Ending;
  try {
    ending = await clock.run(async () => await repeat.play(stage));
  } catch (error) {
    if (!(error instanceof Endless)) throw error;
    const findings = [{ wrong: 'endless' as const, text: error.message }];
    return {
      findings,
      unknowns: [],
      documented: [],
      counts: true,
      calls: wire.calls,
      story,
      told: [],
      reports: [],
    };
  }
  if (wire.unforeseen) throw wire.unforeseen;
  const endedAt = Date.now();
  await clock.run(async () => await wire.settle());
  const truth = { effects: server.effects, calls: wire.calls, endedAt };
  const verdict = judge(plan, operation, repeat, ending, truth);
  const told = ending.things.map(({ number }, index) => {
    const { said, requestId } = ending.reports[index] ?? {};
    return `${number}: ${said}${requestId === undefined ? '' : ` (${requestId})`}`;
  });
  for (const text of told) tell(`n8n has told of ${text}`);
  for (const { kind, target, number, sender } of server.effects)
    tell(`truth: ${kind} ${number ?? ''} ${target} by ${sender}`);
  return {
    ...verdict,
    counts: wire.calls.some(({ fault }) => fault) && host.attempts > ending.firsts,
    calls: wire.calls,
    story,
    told,
    reports: ending.reports,
  };
}

function thingsOf(plan: Plan, make: (number: string, isHidden: boolean) => Thing) {
  const count = plan.items + Number(plan.nudge);
  return Array.from({ length: count }, (_, index) => {
    const isHidden = index === plan.items;
    const number = plan.identical && !isHidden ? 'N0' : `N${index}`;
    return { thing: make(number, isHidden), isHidden };
  });
}
