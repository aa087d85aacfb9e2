import { createRequire } from 'node:module';
import path from 'node:path';

const built = createRequire(path.resolve(__dirname, '../../dist/nodes/ProcessMaker/trigger/index.js'));

/** The parts of the built trigger that a simulation can change: constants, and what remembers seen events. */
interface Parts {
  clock: { OVERLAP_SECONDS: number; ServerClock: new (before?: { own: number }) => object };
  time: { ownSeconds: () => number; ownMilliseconds: () => number };
  budget: { PollBudget: { prototype: { allows: (...given: unknown[]) => boolean } } };
  rows: { PAGE_ROWS: number };
  eventReader: { LIMIT: number };
  '../api/requests/failure': { hasFailedForGood: () => Promise<'yes' | 'no'> };
  state: { Seen: { prototype: { from: (since: number) => Record<string, string[]> } } };
}

export function part<Name extends keyof Parts>(name: Name): Parts[Name] {
  return built(`./${name}.js`) as Parts[Name];
}

/** The trigger as it is built, or with one thing changed. Each gives a function that puts it back. */
export const SWITCHES = {
  asBuilt: () => () => undefined,

  /** Few rows make many pages, and a backlog that takes many polls. */
  smallPages: () => {
    const [rows, reading] = [part('rows'), part('eventReader')];
    const before = { rows: rows.PAGE_ROWS, limit: reading.LIMIT };
    rows.PAGE_ROWS = 20;
    reading.LIMIT = 60;
    return () => {
      rows.PAGE_ROWS = before.rows;
      reading.LIMIT = before.limit;
    };
  },

  withoutOverlap: () => {
    const clock = part('clock');
    const before = clock.OVERLAP_SECONDS;
    clock.OVERLAP_SECONDS = 0;
    return () => {
      clock.OVERLAP_SECONDS = before;
    };
  },

  /** What passes on the server's clock alone counts. */
  withoutOwnClock: () => {
    const clock = part('clock');
    const { ServerClock } = clock;
    clock.ServerClock = class extends ServerClock {
      // By n8n's clock, any time may have passed since the last poll.
      constructor(before?: { own: number }) {
        super(before && { ...before, own: 0 });
      }
    };
    return () => {
      clock.ServerClock = ServerClock;
    };
  },

  /** Whatever is in ERROR has failed. */
  withoutAttempts: () => {
    const failure = part('../api/requests/failure');
    const before = failure.hasFailedForGood;
    failure.hasFailedForGood = () => Promise.resolve('yes');
    return () => {
      failure.hasFailedForGood = before;
    };
  },

  withoutSeenSet: () => {
    const { prototype } = part('state').Seen;
    const before = prototype.from;
    prototype.from = () => ({});
    return () => {
      prototype.from = before;
    };
  },
};

export type Switch = keyof typeof SWITCHES;
