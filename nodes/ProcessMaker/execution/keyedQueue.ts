/** Runs work under the same key one after the other, in the order in which it is asked for. */
export class KeyedQueue {
  private readonly last = new Map<unknown, Promise<unknown>>();

  async run<T>(key: unknown, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    // What became of the work before is told to those who asked for it.
    const turn = before.then(work, work);
    this.last.set(key, turn);
    return await turn;
  }
}
