import type { EventType } from './plan';
import type { SimulatedServer } from './server';

/** What should become of an event: emitted, not emitted, or either. */
export type Expectation = 'emitted' | 'never' | 'either';

/** What has happened on the server, and whether the trigger has to emit it. */
export interface ExpectedEvent {
  eventType: EventType;
  key: string;
  /** As the API gives it. */
  time: string;
  visibleAt: number;
  expectation: Expectation;
}

/** What is written on the server: at one moment, and visible at that or at a later one. */
export class Timeline {
  readonly expectedEvents: ExpectedEvent[] = [];
  /** Something became visible after something of a higher id. */
  wasOutOfOrder = false;
  private pending: { at: number; write: () => void }[] = [];
  private highestVisible = 0;

  constructor(protected readonly server: SimulatedServer) {}

  /** Lets time pass; what becomes visible meanwhile does so in order. */
  pass(seconds: number): void {
    const end = this.server.now + seconds * 1000;
    this.sortPending();
    for (let next = this.pending[0]; next && next.at <= end; next = this.pending[0]) {
      this.pending.shift();
      this.server.now = Math.max(this.server.now, next.at);
      const before = this.pending.length;
      next.write();
      if (this.pending.length > before) this.sortPending();
    }
    this.server.now = end;
  }

  /** Lets time pass until a moment. */
  passUntil(moment: number): void {
    this.pass(Math.max(0, Math.ceil((moment - this.server.now) / 1000)));
  }

  /** What can be seen by now. */
  get visible(): ExpectedEvent[] {
    return this.expectedEvents.filter(({ visibleAt }) => visibleAt <= this.server.now);
  }

  /** The moment a number of seconds from now. */
  protected after(seconds: number): number {
    return this.server.now + seconds * 1000;
  }

  /** The current second of the server, which is as fine as it writes. */
  protected second(): number {
    return Math.floor(this.server.now / 1000) * 1000;
  }

  /** Lets something happen at a moment, which may let more happen later. */
  at(moment: number, happen: () => void): void {
    this.pending.push({ at: moment, write: happen });
  }

  /** What is of the same moment stays in its order. */
  private sortPending(): void {
    this.pending.sort((one, other) => one.at - other.at);
  }

  protected write(id: number, visibleAt: number, write: () => void): void {
    const noted = () => {
      write();
      if (id < this.highestVisible) this.wasOutOfOrder = true;
      this.highestVisible = Math.max(this.highestVisible, id);
    };
    if (visibleAt <= this.server.now) noted();
    else this.pending.push({ at: visibleAt, write: noted });
  }
}
