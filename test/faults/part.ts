import type { Tally } from './tally';

const NEVER = ['lost', 'duplicated', 'falselyReported'] as const;

/** On a machine that is too busy, so much comes after the window that the rest would prove little. */
const MOST_BEYOND_WINDOW = 0.01;

/** A part of the proof: its counts, and what was not reached beyond the counts that must be 0. */
export interface Part {
  name: string;
  tally: Tally;
  /** How often each of its faults has come. */
  byFault?: Record<string, number>;
  missed: string[];
}

/** Everything that a part did not reach. */
export function missedBy({ name, tally, missed }: Part): string[] {
  const wrong = NEVER.filter((count) => tally[count] > 0).map((count) => `${count}: ${tally[count]}`);
  if (tally.beyondWindow > MOST_BEYOND_WINDOW * tally.items)
    wrong.push(`${tally.beyondWindow} items were carried out after the window: this machine is too busy`);
  return [...wrong, ...missed].map((text) => `${name}: ${text}`);
}
