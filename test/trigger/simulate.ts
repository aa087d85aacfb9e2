import fc from 'fast-check';
import type { Engine } from '../support/engine';
import { plan } from './arbitraries';
import type { Plan } from './plan';
import type { Fault } from './faults';
import { simulateOwnClock } from './own-clock';
import { play, type Outcome } from './play';
import { SCRIPTS } from './scripts';
import { SimulatedServer } from './server';
import { SWITCHES, type Switch } from './switches';

/** Runs at the same time, each with a server of its own, since some have to wait for n8n's pauses. */
const LANES = 4;
const SHRINK_WITHIN_MS = 60_000;
const SHOWN = 5;

/** What many runs came to. */
export interface Counts {
  runs: number;
  polls: number;
  calls: number;
  events: number;
  lost: number;
  repeated: number;
  wrong: number;
  disordered: number;
  largestState: number;
}

export interface Tally {
  counts: Counts;
  /** In how many runs a fault happened. */
  faults: Map<Fault, number>;
}

/** Plays many random plans, and counts. */
export async function simulate(engine: Engine, name: Switch, seed: number, runs: number): Promise<Tally> {
  const tally: Tally = {
    counts: {
      runs: 0,
      polls: 0,
      calls: 0,
      events: 0,
      lost: 0,
      repeated: 0,
      wrong: 0,
      disordered: 0,
      largestState: 0,
    },
    faults: new Map(),
  };
  simulateOwnClock();
  const restore = SWITCHES[name]();
  try {
    const lanes = Array.from({ length: LANES }, (_, lane) => Math.ceil((runs - lane) / LANES));
    await Promise.all(
      lanes.map((count, lane) =>
        inLane(
          seed + lane,
          count,
          async (server, chosen) => add(tally, await play(engine, server, chosen)),
          tally,
        ),
      ),
    );
  } finally {
    restore();
  }
  return tally;
}

/** Looks for the smallest plan that goes wrong, and tells what it is. */
export async function explain(engine: Engine, name: Switch, seed: number, runs: number): Promise<string> {
  simulateOwnClock();
  const restore = SWITCHES[name]();
  const server = await SimulatedServer.open();
  server.defineScripts(SCRIPTS);
  try {
    for (let lane = 0; lane < LANES; lane++) {
      const property = fc.asyncProperty(plan, async (chosen) => {
        const { lost, repeated, wrong, disordered } = await play(engine, server, chosen);
        if (lost.length + repeated.length + wrong.length + disordered.length === 0) return;
        const all = { lost, repeated, wrong, disordered };
        const some = Object.entries(all).map(([what, keys]) => [what, keys.slice(0, SHOWN)]);
        throw new Error(JSON.stringify(Object.fromEntries(some)));
      });
      const numRuns = Math.ceil((runs - lane) / LANES);
      const details = await fc.check(property, {
        seed: seed + lane,
        numRuns,
        interruptAfterTimeLimit: SHRINK_WITHIN_MS,
      });
      if (details.failed)
        return `${JSON.stringify(details.counterexample)}\n${String(details.errorInstance)}`;
    }
    return 'It did not go wrong again.';
  } finally {
    restore();
    await server.close();
  }
}

async function inLane(
  seed: number,
  runs: number,
  one: (server: SimulatedServer, chosen: Plan) => Promise<void>,
  tally: Tally,
): Promise<void> {
  if (runs < 1) return;
  const server = await SimulatedServer.open();
  server.defineScripts(SCRIPTS);
  try {
    await fc.assert(
      fc.asyncProperty(plan, async (chosen) => await one(server, chosen)),
      { seed, numRuns: runs, endOnFailure: true },
    );
  } finally {
    tally.counts.calls += server.calls;
    await server.close();
  }
}

function add(
  { counts, faults: times }: Tally,
  { faults, lost, repeated, wrong, disordered, ...outcome }: Outcome,
): void {
  counts.runs += 1;
  counts.polls += outcome.polls;
  counts.events += outcome.events;
  counts.lost += lost.length;
  counts.repeated += repeated.length;
  counts.wrong += wrong.length;
  counts.disordered += disordered.length;
  counts.largestState = Math.max(counts.largestState, outcome.largestState);
  for (const fault of faults) times.set(fault, (times.get(fault) ?? 0) + 1);
}
