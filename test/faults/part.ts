import type { Tally } from './tally';

const NEVER = ['lost', 'duplicated', 'falselyReported'] as const;

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
  return [...wrong, ...missed].map((text) => `${name}: ${text}`);
}
