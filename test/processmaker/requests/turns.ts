/** Lets steps of the same Request run one after the other, since a step reads, waits for the flow and writes. */
export class Turns {
  private readonly last = new Map<number, Promise<unknown>>();

  /** Runs the work when everything before it for the same Request has ended. */
  async take<Result>(requestId: number, work: () => Promise<Result>): Promise<Result> {
    const before = this.last.get(requestId) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(work);
    this.last.set(requestId, mine);
    try {
      return await mine;
    } finally {
      if (this.last.get(requestId) === mine) this.last.delete(requestId);
    }
  }
}
