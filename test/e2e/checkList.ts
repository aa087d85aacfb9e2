import { say } from '../../demo/progress';

/** Runs one check after the other and counts; a check that throws has failed. */
export class Checks {
  private passed = 0;
  private failed = 0;

  /** `onFailure` is for what helps to understand a failure, such as a picture of the page. */
  constructor(private readonly onFailure: (name: string) => Promise<void>) {}

  async check(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.passed += 1;
      say(`✓ ${name}`);
    } catch (error) {
      this.failed += 1;
      say(`✗ ${name}\n  ${error instanceof Error ? error.message : String(error)}`);
      await this.onFailure(name);
    }
  }

  /** The line that ends the run. */
  summary(): string {
    return `${this.passed} passed, ${this.failed} failed`;
  }

  get allPassed(): boolean {
    return this.passed > 0 && this.failed === 0;
  }
}
