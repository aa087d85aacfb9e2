import fc from 'fast-check';
import type { Flood } from './flood';

/** Every kind of event that the trigger knows. */
export const KINDS = [
  'requestCanceled',
  'requestCompleted',
  'requestErrored',
  'requestStarted',
  'taskCompleted',
  'taskCreated',
  'taskOverdue',
] as const;

export type Kind = (typeof KINDS)[number];

/** How late at most a change becomes visible, in seconds. */
export const LATEST_SECONDS = 120;

export type Deed =
  'start' | 'complete' | 'cancel' | 'break' | 'repair' | 'edit' | 'task' | 'close' | 'editTask';

/** One change on the server. */
export interface Change {
  deed: Deed;
  /** Seconds after which it can be seen. */
  delay: number;
  /** Which of the Requests or Tasks that there are. */
  pick: number;
  /** Whether it belongs to a process that the trigger does not watch. */
  elsewhere: boolean;
  /** Seconds that pass before it. */
  pause: number;
}

export type Refusal = 'forbidden' | 'unauthorized' | 'page' | 'reset';

export type Step =
  | { step: 'changes'; changes: Change[] }
  /** Many events of the first kind that is watched, spread over some seconds. */
  | ({ step: 'flood' } & Flood)
  | { step: 'wait'; seconds: number }
  | { step: 'poll' }
  | { step: 'failingPoll'; call: number; refusal: Refusal }
  /** The first poll is held at a call; meanwhile time passes and others run. */
  | { step: 'overlap'; call: number; seconds: number; changes: Change[]; inner: number }
  | { step: 'restart'; isPolling: boolean; call: number; seconds: number }
  | { step: 'offAndOn'; seconds: number; changes: Change[]; startFromNow: boolean };

/** What happens in one run. */
export interface Plan {
  /** How far the server's clock is ahead of n8n's. */
  clockHours: number;
  /** Of the token's user. */
  timezone: string;
  kinds: Kind[];
  /** Whether the trigger watches only one of two processes. */
  onlyOneProcess: boolean;
  /** Seconds that pass, and changes that become visible, at the calls of polls. */
  callSeconds: number[];
  /** How many seconds the gateways that answer the calls of polls are ahead with their `Date`, one after the other. */
  datesAhead: readonly number[];
  /** By how many seconds n8n's own clock is set before polls. */
  ownJumps: readonly number[];
  steps: Step[];
}

const change: fc.Arbitrary<Change> = fc.record({
  deed: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Deed>('start') },
    { weight: 3, arbitrary: fc.constant<Deed>('task') },
    {
      weight: 8,
      arbitrary: fc.constantFrom<Deed>('complete', 'cancel', 'break', 'repair', 'edit', 'close', 'editTask'),
    },
  ),
  delay: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: LATEST_SECONDS }), fc.constant(LATEST_SECONDS)),
  pick: fc.nat(1000),
  elsewhere: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  pause: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 90 })),
});
const changes = fc.array(change, { minLength: 1, maxLength: 10 });
const call = fc.nat(5);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ step: fc.constant('changes' as const), changes }) },
  { weight: 8, arbitrary: fc.constant<Step>({ step: 'poll' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constant('wait' as const),
      seconds: fc.oneof(fc.integer({ min: 1, max: 240 }), fc.integer({ min: 240, max: 7200 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant('failingPoll' as const),
      call,
      refusal: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom<Refusal>('forbidden', 'unauthorized', 'page') },
        { weight: 1, arbitrary: fc.constant<Refusal>('reset') },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant('overlap' as const),
      call,
      seconds: fc.oneof(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 90, max: 900 })),
      changes,
      inner: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant('restart' as const),
      isPolling: fc.boolean(),
      call,
      seconds: fc.integer({ min: 0, max: 600 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant('offAndOn' as const),
      seconds: fc.integer({ min: 1, max: 100_000 }),
      changes,
      startFromNow: fc.integer({ min: 0, max: 3 }).map((number) => number === 0),
    }),
  },
);

/** More than three pages between two polls: it costs much, so that it is part of some runs only. */
const flood: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 9, arbitrary: fc.constant<Step[]>([]) },
  {
    weight: 1,
    arbitrary: fc
      .record({
        meanwhile: fc.integer({ min: 1, max: LATEST_SECONDS }),
        count: fc.integer({ min: 301, max: 640 }),
        seconds: fc.constantFrom(0, 1, 30, 150, 3000),
        delay: fc.constantFrom(0, LATEST_SECONDS),
      })
      .map(({ meanwhile, ...one }): Step[] => [
        { step: 'flood', ...one },
        // Some of it can be seen, some cannot yet.
        { step: 'wait', seconds: meanwhile },
        { step: 'poll' },
      ]),
  },
);

/** One clock of the two may be wrong in a run, not both. */
const clocks: fc.Arbitrary<Pick<Plan, 'datesAhead' | 'ownJumps'>> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ datesAhead: [], ownJumps: [] }) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(fc.constant(0), fc.integer({ min: 120, max: 3600 })), { minLength: 2, maxLength: 7 })
      .map((datesAhead) => ({ datesAhead, ownJumps: [] })),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(
        fc.oneof(
          fc.constant(0),
          fc.integer({ min: -300, max: 300 }),
          fc.integer({ min: -50_000, max: 50_000 }),
        ),
        { minLength: 2, maxLength: 5 },
      )
      .map((ownJumps) => ({ datesAhead: [], ownJumps })),
  },
);

export const plan: fc.Arbitrary<Plan> = fc
  .record({
    clockHours: fc.oneof(fc.constant(0), fc.integer({ min: -14, max: 14 })),
    timezone: fc.constantFrom('UTC', 'America/Los_Angeles', 'Pacific/Auckland', 'Asia/Kolkata'),
    kinds: fc.uniqueArray(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 3 }),
    onlyOneProcess: fc.boolean(),
    callSeconds: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 25 })), {
      minLength: 1,
      maxLength: 8,
    }),
    clocks,
    first: fc.array(step, { minLength: 1, maxLength: 7 }),
    flood,
    last: fc.array(step, { minLength: 1, maxLength: 7 }),
  })
  .map(({ first, flood: flooded, last, clocks: both, ...rest }) => ({
    ...rest,
    ...both,
    steps: [...first, ...flooded, ...last],
  }));
