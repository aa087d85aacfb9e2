/** Runs work with the same key one after the other: a step of a Request reads, waits for the flow and writes. */
export class KeyedQueue {
  private readonly last = new Map<number, Promise<unknown>>();

  /** Runs the work when everything before it with the same key has ended. */
  async run<Result>(key: number, work: () => Promise<Result>): Promise<Result> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(work);
    this.last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.last.get(key) === mine) this.last.delete(key);
    }
  }
}
