import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createEngine, type Engine } from '../support/engine';
import { beginToTick, speedUpTime, untilTicks } from './fast-time';
import { Lane } from './lane';
import { shortenLists } from './limits';
import { catchLogs } from './logs';
import { Plan, type HostileCase } from './plan';
import { play, type Verdict } from './play';
import { isFoundOut, WEAKENINGS } from './weakenings';

/** Some of the cases, which are played in a process of their own. */
export interface Job {
  seed: number;
  numbers: number[];
  /** How many are played at the same time. */
  lanes: number;
  /** Whether cases are also played with a node that is not protected. */
  isWeakened: boolean;
}

/** What the process tells of them. */
export type Message =
  | { type: 'begun'; number: number }
  | { type: 'ended'; verdict: Verdict }
  /** How much more memory the process has taken than it had at the start, in MiB. */
  | { type: 'alive'; memory: number }
  /** A node without some protection, with which nothing was found. */
  | { type: 'notFoundOut'; name: string }
  | { type: 'stray'; text: string };

const tell = (message: Message) => process.send?.(message);
const MEBIBYTE = 1024 * 1024;
const peak = () => process.resourceUsage().maxRSS / 1024;

setFlagsFromString('--expose-gc');
/** What other cases have left is not what the node takes. */
const collectGarbage = runInNewContext('gc') as () => void;

/** Cases that may take much memory are played one after the other. */
let heavy: Promise<unknown> = Promise.resolve();

async function openLane(engine: Engine): Promise<Lane> {
  const lane = new Lane();
  await lane.begin(engine);
  return lane;
}

/** Cases with which a node that is not protected is found out, at the latest. */
const ENOUGH_CASES = 50;

async function playWeakened(plan: Plan, lane: Lane, memory: () => number): Promise<void> {
  for (const weakening of WEAKENINGS) {
    const fitting: HostileCase[] = [];
    for (let number = 0; fitting.length < ENOUGH_CASES; number++) {
      const one = plan.caseOf(number);
      const { fault, operation = one.subject.name } = weakening;
      if (one.fault.name === fault && one.subject.name === operation) fitting.push(one);
    }
    const cases = fitting.map((one) => async () => await play(lane, one));
    if (!(await isFoundOut(weakening, cases, memory))) tell({ type: 'notFoundOut', name: weakening.name });
  }
}

async function main(text: string): Promise<void> {
  const { seed, numbers, lanes: count, isWeakened } = JSON.parse(text) as Job;
  const engine = await createEngine();
  const lanes: Lane[] = [];
  while (lanes.length < count) lanes.push(await openLane(engine));
  shortenLists();
  speedUpTime();
  beginToTick();
  catchLogs();
  const start = process.memoryUsage.rss() / MEBIBYTE;
  const earlierPeak = peak();
  // The peak counts once it is not that of the beginning.
  const taken = () => (peak() > earlierPeak ? peak() : process.memoryUsage.rss() / MEBIBYTE) - start;
  let isOver = false;
  let memory = 0;
  const alive = async () => {
    for (;;) {
      // A node without protection takes any amount.
      if (!isOver) memory = Math.max(memory, taken());
      tell({ type: 'alive', memory });
      await untilTicks(2);
    }
  };
  void alive();
  const plan = new Plan(seed);
  const waiting = [...numbers];
  const work = async (index: number) => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      const one = plan.caseOf(number);
      const run = async () => {
        tell({ type: 'begun', number: one.number });
        tell({ type: 'ended', verdict: await play(lanes[index] as Lane, one) });
      };
      if (!one.fault.isHeavy) await run();
      else await (heavy = heavy.then(collectGarbage).then(run));
      // What still goes on there must not meet the next case.
      if (lanes[index]?.isGivenUp) lanes[index] = await openLane(engine);
    }
  };
  await Promise.all(lanes.map((_, index) => work(index)));
  isOver = true;
  if (isWeakened) await playWeakened(plan, lanes[0] as Lane, taken);
  await Promise.all(lanes.map(async (lane) => await lane.close()));
  process.send?.({ type: 'alive', memory } satisfies Message, () => process.exit());
}

if (require.main === module) {
  // n8n would end: nobody has listened to what was thrown.
  const stray = (thrown: unknown) =>
    tell({
      type: 'stray',
      text: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    });
  process.on('unhandledRejection', stray);
  process.on('uncaughtException', stray);
  main(process.argv[2] ?? '').catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
