import type { Counts } from './counts';
import { SERVER_KILLED } from './faults';
import type { Server } from './server';

const SHARE = 0.04;
/** Starts between two outages, at least. */
const BETWEEN = 120;
/** Calls that an outage may strike with a lost connection; after that, connections are refused. */
const STRUCK_AT_MOST = 8;

/** What an outage can close and open again. */
interface Closable {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Kills the server in the midst of its work and starts it again, as often as it takes for its share of the calls. */
export class Outages {
  private lastAt = 0;

  private underWay: Promise<void> | undefined;

  private struckNow = 0;

  private enough: (() => void) | undefined;

  constructor(
    private readonly server: Server,
    private readonly proxy: Closable,
  ) {}

  /** A start arrives. */
  next(counts: Counts): void {
    const isDue = counts.of(SERVER_KILLED) < SHARE * counts.starts && counts.starts - this.lastAt >= BETWEEN;
    if (!isDue || this.underWay) return;
    this.lastAt = counts.starts;
    this.underWay = this.run().finally(() => (this.underWay = undefined));
  }

  /** A call found the server dead. */
  struck(): void {
    if (++this.struckNow === STRUCK_AT_MOST) this.enough?.();
  }

  async over(): Promise<void> {
    await this.underWay;
  }

  private async run(): Promise<void> {
    this.struckNow = 0;
    const enough = new Promise<'enough'>((resolve) => (this.enough = () => resolve('enough')));
    await this.server.kill();
    const restarted = this.server.start();
    if ((await Promise.race([enough, restarted])) !== 'enough') return;
    await this.proxy.close();
    await restarted;
    await this.proxy.open();
  }
}
