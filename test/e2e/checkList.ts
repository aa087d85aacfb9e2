import { say } from '../../demo/progress';

/** What a check is added to. */
export type CheckList = Pick<Checks, 'check'>;

/** Runs one check after the other and counts; a check that throws has failed. */
export class Checks {
  private passed = 0;
  private failed = 0;
  private readonly results: Record<string, boolean> = {};

  /** `onFailure` is for what helps to understand a failure, such as a picture of the page. */
  constructor(private readonly onFailure: (name: string) => Promise<void>) {}

  /** @param key the name under which `named` tells the result; several checks may share one */
  async check(name: string, work: () => Promise<void>, key?: string): Promise<void> {
    if (key) this.results[key] ??= true;
    try {
      await work();
      this.passed += 1;
      say(`✓ ${name}`);
    } catch (error) {
      this.failed += 1;
      if (key) this.results[key] = false;
      say(`✗ ${name}\n  ${error instanceof Error ? error.message : String(error)}`);
      await this.onFailure(name);
    }
  }

  /** The same list for checks that run again in other circumstances, under names of their own. */
  again(when: string, suffix: string): CheckList {
    return { check: (name, work, key) => this.check(`${name}, ${when}`, work, key && key + suffix) };
  }

  /** The line that ends a run. */
  summary(): string {
    return `${this.passed} passed, ${this.failed} failed`;
  }

  /** The results by name, as JSON. */
  named(): string {
    const { passed, failed, results } = this;
    return JSON.stringify({ checks: results, passed, failed });
  }

  get counts(): { passed: number; failed: number } {
    return { passed: this.passed, failed: this.failed };
  }

  get allPassed(): boolean {
    return this.passed > 0 && this.failed === 0;
  }
}
