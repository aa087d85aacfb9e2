import { FAULTS } from './faults';
import type { Played } from './jobs';
import { MOST_MEMORY } from './limits';
import type { Verdict } from './play';
import { SUBJECTS } from './subjects';

/** What has to be 0. */
const NEVER = ['endless', 'leaks', 'falseStarts', 'secretsShown'] as const;
const LEAST_OF_OPERATION = 20;
const LEAST_OF_FAULT = 5;

type Counts = Record<string, number>;

/** How many cases there were of each name. */
function count(names: string[], all: string[]): Counts {
  const counts: Counts = Object.fromEntries(names.map((name) => [name, 0]));
  for (const name of all) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** What a run has come to, and what it has missed. */
export class Report {
  private readonly hit: Verdict[];

  constructor(
    private readonly played: Played,
    private readonly seed: number,
  ) {
    played.verdicts.sort((one, other) => one.number - other.number);
    // Only a case whose fault has really come counts.
    this.hit = played.verdicts.filter(({ isHit }) => isHit);
  }

  private get byOperation(): Counts {
    const names = SUBJECTS.map(({ name }) => name);
    return count(
      names,
      this.hit.map(({ operation }) => operation),
    );
  }

  private get byFault(): Counts {
    const names = FAULTS.map(({ name }) => name);
    return count(
      names,
      this.hit.map(({ fault }) => fault),
    );
  }

  /** What went wrong in a case, each with how to play it again. */
  get broken(): string[] {
    return this.played.verdicts.flatMap((verdict) => {
      const { number, operation, fault, others } = verdict;
      const wrong = NEVER.flatMap((name) => verdict[name].map((text) => `${name}: ${text}`));
      return [...wrong, ...others].map(
        (text) =>
          `Case ${number} (${operation}, ${fault}): ${text}. Play it again: npm run test:hostile -- --seed ${this.seed} --case ${number}`,
      );
    });
  }

  /** Strays, too much memory, and what was played too seldom. */
  get missed(): string[] {
    const { memory, memoryTakers, strays, notFoundOut } = this.played;
    const seldom = (counts: Counts, least: number) =>
      Object.entries(counts).flatMap(([name, times]) =>
        times < least ? [`'${name}' was met in ${times} cases only, and not in ${least}`] : [],
      );
    return [
      ...strays,
      ...notFoundOut.map((name) => `Nothing was found without ${name}`),
      ...(memory > MOST_MEMORY
        ? [
            `${Math.round(memory)} MiB of memory above the start, taken by one of the cases ${memoryTakers.join(', ')}`,
          ]
        : []),
      ...seldom(this.byOperation, LEAST_OF_OPERATION),
      ...seldom(this.byFault, LEAST_OF_FAULT),
    ];
  }

  /** The last line. */
  get line(): string {
    const { verdicts, memory } = this.played;
    const wrong = NEVER.map((name) => [name, verdicts.reduce((sum, one) => sum + one[name].length, 0)]);
    return JSON.stringify({
      cases: verdicts.length,
      byOperation: this.byOperation,
      byFault: this.byFault,
      ...Object.fromEntries(wrong),
      peakMemoryMiB: Math.round(memory),
      seed: this.seed,
    });
  }
}
