import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

type Undo = () => Promise<void> | void;

/** Collects how to take back what was started, and does it in reverse order. */
export class Cleanup {
  private readonly steps: Undo[] = [];

  add(undo: Undo): void {
    this.steps.push(undo);
  }

  /** Makes a folder that is removed in the end. */
  temporaryFolder(name: string): string {
    const folder = mkdtempSync(path.join(tmpdir(), `processmaker-${name}-`));
    this.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    return folder;
  }

  async run(): Promise<void> {
    for (let undo = this.steps.pop(); undo; undo = this.steps.pop()) {
      try {
        await undo();
      } catch (error) {
        // One step that does not work must not keep the others from running.
        console.error(error instanceof Error ? error.message : error);
      }
    }
  }
}
