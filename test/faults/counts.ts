import { FAULTS, SERVER_KILLED } from './faults';

const LEAST_FAULTY = 0.25;
const LEAST_OF_EACH = 0.03;
const RARE = new Set(FAULTS.filter(({ isRare }) => isRare).map(({ name }) => name));
const LEAST_OF_RARE = 5;
const LEAST_AFTER_COMMIT = 0.5;

/** Counts what became of the calls on their way. */
export class Counts {
  starts = 0;

  lookUps = 0;

  private readonly byName = new Map(
    [...FAULTS.map(({ name }) => name), SERVER_KILLED].map((name) => [name, 0]),
  );

  of(name: string): number {
    return this.byName.get(name) ?? 0;
  }

  add(name: string): void {
    this.byName.set(name, this.of(name) + 1);
  }

  get byFault(): Record<string, number> {
    return Object.fromEntries(this.byName);
  }

  get calls(): number {
    return this.starts + this.lookUps;
  }

  get faulty(): number {
    return [...this.byName.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Faults of starts that the server has carried out. */
  get afterCommit(): number {
    return FAULTS.filter(({ commits }) => commits).reduce((sum, { name }) => sum + this.of(name), 0);
  }

  /** A line for each class of faults, and one for all. */
  lines(): string[] {
    const line = (name: string, count: number, of: number) =>
      `  ${name.padEnd(32)}${String(count).padStart(7)}  ${((100 * count) / of).toFixed(1).padStart(5)} %`;
    return [
      `${this.calls} calls to the server: ${this.starts} starts, ${this.lookUps} look-ups`,
      ...[...this.byName].map(([name, count]) => line(name, count, this.calls)),
      line('faulty calls', this.faulty, this.calls),
      line('of these after the commit', this.afterCommit, this.faulty),
    ];
  }

  /** In what the faults fall short of what they should be. */
  missed(): string[] {
    const isTooRare = (name: string, count: number) =>
      count < (RARE.has(name) ? LEAST_OF_RARE : LEAST_OF_EACH * this.calls);
    const tooRare = [...this.byName].filter(([name, count]) => isTooRare(name, count));
    return [
      ...(this.faulty < LEAST_FAULTY * this.calls ? ['less than 25 % of the calls were faulty'] : []),
      ...tooRare.map(([name]) => `less than 3 % of the calls, or 5 of them, had the fault '${name}'`),
      ...(this.afterCommit < LEAST_AFTER_COMMIT * this.faulty
        ? ['less than half of the faults came after the commit']
        : []),
    ];
  }
}
