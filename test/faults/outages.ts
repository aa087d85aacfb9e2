import { pass, type VirtualClock } from '../support/virtual-clock';
import type { Counts } from './counts';
import { SERVER_KILLED } from './faults';
import type { Server } from './server';

const SHARE = 0.04;
/** Starts between two outages, at least. */
const BETWEEN = 80;
/** Calls that an outage may strike with a lost connection; after that, connections are refused. */
const STRUCK_AT_MOST = 8;

/** How long it waits for them, and how long connections are refused. */
const STRIKES_MS = 1000;
const REFUSES_MS = 1000;

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
    private readonly clock: VirtualClock,
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
    await this.clock.hold(this.server.kill());
    await Promise.race([enough, pass(STRIKES_MS)]);
    await this.proxy.close();
    await this.clock.hold(this.server.start());
    await pass(REFUSES_MS);
    await this.proxy.open();
  }
}
