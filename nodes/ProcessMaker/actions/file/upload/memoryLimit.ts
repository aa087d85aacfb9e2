const MAX_BYTES = 100 * 1024 * 1024;

/**
 * Keeps the files of a run that are in memory at the same time below a limit, since the system would end n8n: small
 * ones are sent side by side, large ones alone.
 */
export class MemoryLimit {
  private used = 0;

  private waiting: Array<() => void> = [];

  /** @param bytes how much the work holds in memory */
  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    while (this.used > 0 && this.used + bytes > MAX_BYTES) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.used += bytes;
    try {
      return await work();
    } finally {
      this.used -= bytes;
      const next = this.waiting;
      this.waiting = [];
      for (const goOn of next) goOn();
    }
  }
}
