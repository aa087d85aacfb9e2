import type { Executed } from './job';

const COLLECT_EVERY_MS = 3000;

/** Watches the memory of this process. */
export class MemoryWatch {
  private mostInUse = 0;

  private readonly timer: NodeJS.Timeout | undefined;

  constructor(private readonly collectsGarbage: boolean) {
    if (collectsGarbage) this.timer = setInterval(() => this.collect(), COLLECT_EVERY_MS);
  }

  /** To be called while all that the execution left is still held. */
  end(): Executed['peak'] {
    clearInterval(this.timer);
    if (this.collectsGarbage) this.collect();
    return { process: process.resourceUsage().maxRSS / 1024, inUse: this.mostInUse / 2 ** 20 };
  }

  private collect(): void {
    globalThis.gc?.();
    this.mostInUse = Math.max(this.mostInUse, process.memoryUsage().heapUsed);
  }
}
