/** Lets work on the same thing be done one after the other, in the order in which it is asked for. */
export class Turns {
  private readonly last = new Map<unknown, Promise<unknown>>();

  async take<T>(thing: unknown, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(thing) ?? Promise.resolve();
    // What became of the work before is told to those who asked for it.
    const turn = before.then(work, work);
    this.last.set(thing, turn);
    return await turn;
  }
}
