import fc from 'fast-check';
import { delay, pass, resetAfter, type Behaviour, type Gateway } from '../support/gateway';
import type { VirtualClock } from '../support/virtual-clock';

const LATE_MS = 500;
/** A start whose pair does not come is let through all the same. */
const AT_MOST_MS = 5000;

/** Holds the two starts of each order until both have come, and loses or delays some of the responses. */
export function treatPairs(gateway: Gateway, seed: number, clock: VirtualClock): () => Promise<void> {
  const both = new Map<string, Meeting>();
  const underWay = new Set<Promise<void>>();
  const faults = fc.sample(fc.constantFrom(pass, pass, pass, resetAfter, delay(LATE_MS)), {
    seed,
    numRuns: 997,
  });
  let starts = 0;
  gateway.treat = ({ method, body }) => {
    if (method !== 'POST') return (response, forward) => pass(response, () => clock.hold(forward()));
    const { order } = JSON.parse(body) as { order: string };
    const fault = faults[starts++ % faults.length] ?? pass;
    const meeting = both.get(order) ?? new Meeting();
    both.set(order, meeting);
    return async (...[response, forward]: Parameters<Behaviour>) => {
      const done = meeting.arrive().then(() => fault(response, () => clock.hold(forward())));
      const silent = done.catch(() => undefined);
      underWay.add(silent);
      await done;
    };
  };
  return async () => {
    await Promise.all(underWay);
  };
}

/** Where two wait for each other. */
class Meeting {
  private letThrough: () => void = () => undefined;

  private count = 0;

  private readonly met = new Promise<void>((resolve) => {
    this.letThrough = resolve;
  });

  async arrive(): Promise<void> {
    if (++this.count === 2) this.letThrough();
    const timer = setTimeout(this.letThrough, AT_MOST_MS);
    await this.met;
    clearTimeout(timer);
  }
}
