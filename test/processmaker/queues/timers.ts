const LOOK_EVERY_MS = 200;

/** The timers of tasks that are open. The real server looks at its timers once a minute. */
export class Timers {
  private readonly due = new Map<number, Date>();
  private interval: NodeJS.Timeout | undefined;

  /** Sets the timer of a token. */
  set(tokenId: number, at: Date): void {
    this.due.set(tokenId, at);
  }

  /** @param fire is told the token of each timer whose time has come */
  start(now: () => Date, fire: (tokenId: number) => Promise<unknown>): void {
    this.interval = setInterval(() => {
      for (const [tokenId, at] of this.due) {
        if (at > now()) continue;
        this.due.delete(tokenId);
        fire(tokenId).catch((error: unknown) => console.error(error));
      }
    }, LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.interval);
  }
}
