import type { Outcome } from './play';
import type { Plan } from './plan';
import { BARS } from './verdict';

/** What went wrong in a history, with the story of it. */
export interface Bad {
  plan: Plan;
  wrong: string;
  text: string;
  story: string[];
}

/** What many histories came to. Plain data, which is sent from one process to another. */
export interface Tally {
  /** With a fault and a repeat, and all that were played. */
  histories: number;
  played: number;
  operations: Record<string, number>;
  repeats: Record<string, number>;
  /** Cells of the table without a history that counts. */
  cells: number;
  emptyCells: string[];
  wrong: Record<'doubled' | 'lost' | 'falselyReported' | 'endless', number>;
  unknowns: number;
  needless: Record<string, number>;
  documented: Record<string, number>;
  bad: Bad[];
}

const MOST_BAD = 5;

export const emptyTally = (): Tally => ({
  histories: 0,
  played: 0,
  operations: {},
  repeats: {},
  cells: 0,
  emptyCells: [],
  wrong: { doubled: 0, lost: 0, falselyReported: 0, endless: 0 },
  unknowns: 0,
  needless: {},
  documented: {},
  bad: [],
});

const add = (counts: Record<string, number>, name: string, times = 1): void => {
  counts[name] = (counts[name] ?? 0) + times;
};

/** Whether a history has shown something that must not be. */
export const isBad = ({ findings, unknowns }: Outcome): boolean =>
  findings.length > 0 || unknowns.some(({ needless }) => needless !== undefined && !(needless in BARS));

/** Adds one history. */
export function note(tally: Tally, plan: Plan, outcome: Outcome): void {
  tally.played++;
  if (outcome.counts) {
    tally.histories++;
    add(tally.operations, plan.operation);
    add(tally.repeats, plan.repeat);
  }
  const { story } = outcome;
  for (const { wrong, text } of outcome.findings) {
    tally.wrong[wrong]++;
    if (tally.bad.length < MOST_BAD) tally.bad.push({ plan, wrong, text, story });
  }
  tally.unknowns += outcome.unknowns.length;
  for (const { needless, text } of outcome.unknowns) {
    if (needless === undefined) continue;
    add(tally.needless, needless);
    if (needless in BARS) continue;
    if (tally.bad.length < MOST_BAD)
      tally.bad.push({ plan, wrong: 'needless unknown', text: `${needless}: ${text}`, story });
  }
  for (const one of outcome.documented) add(tally.documented, one);
}

/** Adds what another process has counted. */
export function join(sum: Tally, one: Tally): void {
  sum.histories += one.histories;
  sum.played += one.played;
  sum.cells += one.cells;
  sum.unknowns += one.unknowns;
  sum.emptyCells.push(...one.emptyCells);
  sum.bad.push(...one.bad);
  for (const name of ['operations', 'repeats', 'needless', 'documented', 'wrong'] as const) {
    for (const [key, times] of Object.entries(one[name])) add(sum[name], key, times);
  }
}
