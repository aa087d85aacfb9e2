import fc from 'fast-check';
import { FAULTS } from './faults';
import { OPERATIONS } from './operations';
import type { Plan } from './plan';
import { REPEATS } from './repeats';
import { isPossible } from './table';

const MOST_ITEMS = 3;
const LATEST_PLACE = 9;

const fault = fc.record({
  fault: fc.constantFrom(...FAULTS),
  of: fc.constantFrom('changes' as const, 'calls' as const),
  nth: fc.nat(LATEST_PLACE),
});

const world = fc.record({
  copies: fc.constantFrom(
    'none' as const,
    'child' as const,
    'pageOfChildren' as const,
    'failingChild' as const,
    'otherProcess' as const,
    'sameProcess' as const,
    'aheadByOther' as const,
  ),
  commitDelay: fc.constantFrom(0, 0, 1500, 6000),
  heals: fc.boolean(),
  loops: fc.constantFrom(true, false),
  taken: fc.constantFrom('not' as const, 'inOtherProcess' as const, 'byOtherUser' as const),
});

/** A history of a few items, with one to three faults. The first of each choice is the plainest, to which it shrinks. */
export const plans: fc.Arbitrary<Plan> = fc
  .record({
    operation: fc.constantFrom(...OPERATIONS),
    repeat: fc.constantFrom(...REPEATS),
    faults: fc.array(fault, { minLength: 1, maxLength: 3 }),
    items: fc.integer({ min: 1, max: MOST_ITEMS }),
    identical: fc.boolean(),
    order: fc.shuffledSubarray(
      Array.from({ length: MOST_ITEMS }, (_, index) => index),
      { minLength: MOST_ITEMS },
    ),
    edit: fc.constantFrom('none' as const, 'edited' as const, 'added' as const, 'dropped' as const),
    nudge: fc.boolean(),
    pause: fc.constantFrom(0, 5000, 90_000),
    interruptAfter: fc.constantFrom(30, 500, 5000, 25_000),
    onError: fc.constantFrom(
      'stopWorkflow' as const,
      'continueErrorOutput' as const,
      'continueRegularOutput' as const,
    ),
    world,
    seed: fc.nat(2 ** 30),
  })
  .filter(({ operation, repeat, faults }) =>
    faults.every(({ fault }) => isPossible(operation, repeat, fault)),
  )
  .map(({ operation, repeat, ...rest }): Plan => ({
    ...rest,
    operation: operation.name,
    repeat: repeat.name,
    // What is not there yet looks deleted to an execution that was interrupted.
    nudge: rest.nudge && repeat.stops === true && !repeat.interrupts,
    // Two items about the same Task are refused, so that only starts can be the same.
    identical: rest.identical && operation.isStart === true && !repeat.tellsByNumber,
    items: repeat.takesOne ? Number(!rest.nudge) : rest.items,
    edit: repeat.givesItems ? rest.edit : 'none',
    onError: repeat.stops ? 'stopWorkflow' : rest.onError,
  }));
