import fc from 'fast-check';
import {
  EVENT_TYPES,
  LATEST_SECONDS,
  type Change,
  type EventType,
  type Action,
  type Plan,
  type Refusal,
  type ScriptPlan,
  type Step,
} from './plan';
import { MOST_RUNS, SCRIPTS } from './scripts';

const script: fc.Arbitrary<ScriptPlan> = fc.record({
  which: fc.nat(SCRIPTS.length - 1),
  failures: fc.integer({ min: 1, max: MOST_RUNS }),
  isLast: fc.boolean(),
});

const change: fc.Arbitrary<Change> = fc.record({
  action: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Action>('start') },
    { weight: 3, arbitrary: fc.constant<Action>('task') },
    {
      weight: 8,
      arbitrary: fc.constantFrom<Action>(
        'complete',
        'cancel',
        'break',
        'script',
        'script',
        'repair',
        'edit',
        'close',
        'editTask',
      ),
    },
  ),
  delay: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: LATEST_SECONDS }), fc.constant(LATEST_SECONDS)),
  pick: fc.nat(1000),
  elsewhere: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  pause: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 90 })),
  script,
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
    weight: 5,
    arbitrary: fc.record({
      step: fc.constant('failingPoll' as const),
      call: fc.nat(6),
      refusal: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom<Refusal>('forbidden', 'unauthorized', 'page') },
        { weight: 12, arbitrary: fc.constant<Refusal>('maintenance') },
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
  { weight: 3, arbitrary: fc.constant<Step[]>([]) },
  {
    weight: 1,
    arbitrary: fc
      .record({
        call: fc.integer({ min: 2, max: 9 }),
        meanwhile: fc.integer({ min: 1, max: LATEST_SECONDS }),
        count: fc.integer({ min: 301, max: 640 }),
        seconds: fc.constantFrom(0, 1, 30, 150, 3000),
        delay: fc.constantFrom(0, LATEST_SECONDS),
      })
      .map(({ meanwhile, call: failing, ...one }): Step[] => [
        { step: 'flood', ...one },
        // Some of it can be seen, some cannot yet.
        { step: 'wait', seconds: meanwhile },
        { step: 'failingPoll', call: failing, refusal: 'maintenance' },
        { step: 'failingPoll', call: 11 - failing, refusal: 'maintenance' },
        { step: 'poll' },
      ]),
  },
);

/** Scripts that have failed for good are retried by hand, fail again, and are tried again while polls look. */
const retriedByHand: fc.Arbitrary<Step[]> = fc
  .record({
    scripts: fc.array(change, { minLength: 2, maxLength: 6 }),
    which: fc.integer({ min: 2, max: SCRIPTS.length - 1 }),
    failures: fc.integer({ min: 1, max: MOST_RUNS }),
    until: fc.integer({ min: 300, max: 1000 }),
    waits: fc.array(fc.integer({ min: 5, max: 60 }), { minLength: 2, maxLength: 5 }),
  })
  .map(({ scripts, which, failures, until, waits }): Step[] => {
    const all = (action: Action, script: ScriptPlan) =>
      scripts.map((one): Change => ({ ...one, action, script, pause: Math.min(one.pause, 3) }));
    return [
      { step: 'changes', changes: all('script', { which, failures: MOST_RUNS, isLast: true }) },
      { step: 'wait', seconds: until },
      { step: 'poll' },
      { step: 'changes', changes: all('repair', { which, failures, isLast: true }) },
      ...waits.flatMap((seconds): Step[] => [{ step: 'wait', seconds }, { step: 'poll' }]),
    ];
  });

/** Polls between the attempts of scripts, some of which are retried by hand at their end. */
const attempts: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Step[]>([]) },
  { weight: 1, arbitrary: retriedByHand },
  {
    weight: 1,
    arbitrary: fc
      .array(
        fc.record({
          changes: fc.array(
            fc
              .record({
                change,
                action: fc.constantFrom<Action>('script', 'script', 'repair', 'repair', 'edit'),
              })
              .map(({ change: one, action }): Change => ({ ...one, action })),
            { minLength: 2, maxLength: 8 },
          ),
          seconds: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 10, max: 120 })),
          polls: fc.integer({ min: 1, max: 3 }),
        }),
        { minLength: 2, maxLength: 4 },
      )
      .map((rounds) =>
        rounds.flatMap(({ changes: some, seconds, polls }): Step[] => [
          { step: 'changes', changes: some },
          ...Array.from({ length: polls }, (): Step[] => [
            { step: 'wait', seconds },
            { step: 'poll' },
          ]).flat(),
        ]),
      ),
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

/** Seconds that pass at each call of a poll. */
const callSeconds = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 25 })), {
      minLength: 1,
      maxLength: 8,
    }),
  },
  { weight: 1, arbitrary: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 8 }) },
);

/** As n8n with its usual scheduler, with its durable one, of both an odd setting, and of an older version. */
const budgetSeconds: fc.Arbitrary<number | null> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(300, 300, 36, null) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 60 }) },
);

const someChanges = fc.array(change, { maxLength: 4 });
/** Of any length: usually none, and up to a quarter of an hour. */
const someSeconds = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 30 }),
  fc.integer({ min: 30, max: 900 }),
);

/** All that a run may be. */
export const plan: fc.Arbitrary<Plan> = fc
  .record({
    clockHours: fc.oneof(fc.constant(0), fc.integer({ min: -14, max: 14 })),
    timezone: fc.constantFrom('UTC', 'America/Los_Angeles', 'Pacific/Auckland', 'Asia/Kolkata'),
    eventTypes: fc.uniqueArray(fc.constantFrom(...EVENT_TYPES), { minLength: 1, maxLength: 3 }),
    onlyOneProcess: fc.boolean(),
    callSeconds,
    budgetSeconds,
    firstPoll: fc.record({
      secondsBefore: someSeconds,
      changesBefore: someChanges,
      secondsAfter: someSeconds,
      changesAfter: someChanges,
    }),
    clocks,
    first: fc.array(step, { minLength: 1, maxLength: 7 }),
    flood,
    attempts,
    last: fc.array(step, { minLength: 1, maxLength: 7 }),
  })
  .map(({ first, flood: flooded, attempts: scripts, last, clocks: both, eventTypes, ...rest }) => ({
    ...rest,
    ...both,
    eventTypes:
      scripts.length === 0 ? eventTypes : [...new Set<EventType>(['requestErrored', ...eventTypes])],
    steps: [...first, ...scripts, ...flooded, ...last],
  }));
