import { say } from '../../demo/progress';

/** Runs one check after the other and counts; a check that throws has failed. */
export class Checks {
  private passed = 0;
  private failed = 0;
  private readonly named: Record<string, boolean> = {};

  /** `onFailure` is for what helps to understand a failure, such as a picture of the page. */
  constructor(private readonly onFailure: (name: string) => Promise<void>) {}

  /** @param key the name under which the last line tells the result; several checks may share one */
  async check(name: string, work: () => Promise<void>, key?: string): Promise<void> {
    if (key) this.named[key] ??= true;
    try {
      await work();
      this.passed += 1;
      say(`✓ ${name}`);
    } catch (error) {
      this.failed += 1;
      if (key) this.named[key] = false;
      say(`✗ ${name}\n  ${error instanceof Error ? error.message : String(error)}`);
      await this.onFailure(name);
    }
  }

  /** The two lines that end the run: the counts, and the named results as JSON. */
  summary(): string {
    const { passed, failed, named } = this;
    return `${passed} passed, ${failed} failed\n${JSON.stringify({ checks: named, passed, failed })}`;
  }

  get allPassed(): boolean {
    return this.passed > 0 && this.failed === 0;
  }
}
