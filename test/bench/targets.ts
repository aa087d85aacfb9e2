import type { CpuPerItem } from './cpu';
import type { Memory } from './memory';
import { rateOf, type RealRow } from './real';
import { COMPARED, LARGEST, LOOP, node, PHP, START_AGAIN } from './settings';
import type { Startup } from './startup';
import type { Row } from './track';
import type { PollRow } from './trigger';

export interface Results {
  php: Row[];
  small: Row[];
  tight: Row[];
  fast: Row[];
  cpu: CpuPerItem;
  memory: Memory;
  startup: Startup;
  polls: PollRow[];
  /** Empty where no real ProcessMaker is named. */
  real: RealRow[];
}

export interface Target {
  name: string;
  wanted: string;
  value: number;
  met: boolean;
}

/** Holds the results against what they have to be. */
export function targetsOf({ php, small, tight, fast, cpu, memory, startup, polls, real }: Results): Target[] {
  const at5 = find(php, node(5).name, LARGEST);
  const at20 = find(php, node(20).name, LARGEST);
  const again = find(tight, START_AGAIN.name, LARGEST);
  const share = at20.busySeconds / (at20.seconds * PHP.workers);
  const speedUp = find(php, LOOP.name, COMPARED).seconds / find(php, node(10).name, COMPARED).seconds;
  const all = [...php, ...small, ...tight, ...fast];
  const allStarted = `${LARGEST} of ${LARGEST} started`;
  return [
    exactly(`${allStarted}, 5 in parallel`, at5.started, LARGEST),
    exactly(`${allStarted}, 20 in parallel`, at20.started, LARGEST),
    exactly(
      `${allStarted}, 50 in parallel, Start Again When Not Found, a queue of 8`,
      again.started,
      LARGEST,
    ),
    exactly(
      'Requests started twice',
      all.reduce((sum, { duplicated }) => sum + duplicated, 0),
      0,
    ),
    atLeast("Share of the server's own capacity, 20 in parallel", share, 0.95),
    atLeast('Times as fast as one at a time, 10 in parallel', speedUp, 8),
    atMost("Milliseconds of the node's own CPU for an item", cpu.own, 0.2),
    atMost(
      'Peak memory, process, as a multiple of that of a node that only calls the request helper',
      memory.process.node / memory.process.helperOnly,
      1.15,
    ),
    atMost(
      "Peak memory in use, as a multiple of the Code node's",
      memory.inUse.node / memory.inUse.code,
      1.1,
    ),
    atMost('Milliseconds of CPU at the start of n8n', startup.cpuMilliseconds, 30),
    exactly('Files of code that n8n reads at its start', startup.files, 0),
    exactly('Calls of a quiet poll that more Requests add', callsThatGrow(polls), 0),
    ...(real.length > 0
      ? [atLeast('Share of the best rate on a real ProcessMaker, 5 in parallel', shareOf(real), 0.95)]
      : []),
    exactly('Executions with more connections than set', all.filter(isBeyondItsLimit).length, 0),
  ];
}

/** How many calls more a quiet poll makes where there are the most Requests. */
function callsThatGrow(polls: PollRow[]): number {
  const calls = polls.filter(({ poll }) => poll === 'quiet').map((row) => row.calls);
  return Math.max(...calls) - Math.min(...calls);
}

/** What the default reaches of the best rate. */
function shareOf(real: RealRow[]): number {
  const [byDefault = 0, ...others] = real.map(rateOf);
  return byDefault / Math.max(byDefault, ...others);
}

/** Whether a way opened more connections than it was set to. */
function isBeyondItsLimit({ mostConnections, limit }: Row): boolean {
  return limit !== undefined && mostConnections > limit;
}

function find(rows: Row[], way: string, items: number): Row {
  const row = rows.find((candidate) => candidate.way === way && candidate.items === items);
  if (!row) throw new Error(`'${way}' was not measured with ${items} items.`);
  return row;
}

function exactly(name: string, value: number, wanted: number): Target {
  return { name, wanted: String(wanted), value, met: value === wanted };
}

function atLeast(name: string, value: number, least: number): Target {
  return { name, wanted: `at least ${least}`, value, met: value >= least };
}

function atMost(name: string, value: number, most: number): Target {
  return { name, wanted: `at most ${most}`, value, met: value <= most };
}
