import { Pace } from '../../../nodes/ProcessMaker/waiting/pollBackoff';
import type { Failure } from '../../../nodes/ProcessMaker/transport/failure';

const NEVER = Infinity;
const busy = (afterSeconds?: number): Failure => ({
  kind: 'tooManyRequests',
  message: '',
  description: '',
  delivery: 'notProcessed',
  passing: { afterSeconds },
});

it('makes growing pauses, up to a longest one', () => {
  const pace = new Pace();
  const pauses = Array.from({ length: 10 }, () => pace.afterLook(0, NEVER));
  expect(pauses.slice(0, 3)).toEqual([1000, 1500, 2250]);
  expect(pauses.at(-1)).toBe(15_000);
});

it('never lets a look follow another one at once, however near the deadline is', () => {
  for (let left = -5000; left <= 30_000; left += 7) {
    expect(new Pace().afterLook(0, left)).toBeGreaterThanOrEqual(1000);
  }
});

it('puts the last look at the deadline, and none just before', () => {
  const pace = new Pace();
  pace.afterLook(0, NEVER);
  const pause = pace.afterLook(0, 2300);
  expect(pause).toBeGreaterThanOrEqual(2300);
  expect(pause).toBeLessThan(2400);
});

it('lets those wait who come in just after a look', () => {
  const pace = new Pace();
  expect(pace.beforeFirst(5000)).toBe(0);
  pace.looked(5000);
  expect(pace.beforeFirst(5400)).toBe(600);
  expect(pace.beforeFirst(9000)).toBe(0);
});

it('does not look before the time that the server has asked for', () => {
  const pace = new Pace();
  pace.heed(busy(40), 0);
  pace.heed(busy(), 100);
  pace.heed(busy(20), 200);
  expect(pace.afterLook(200, NEVER)).toBe(39_800);
  expect(pace.isQuiet(39_999)).toBe(true);
  expect(pace.isQuiet(40_000)).toBe(false);
});

it('is awake at a deadline before that time, but does not look', () => {
  const pace = new Pace();
  pace.heed(busy(40), 0);
  const pause = pace.afterLook(0, 5000);
  expect(pause).toBeGreaterThanOrEqual(5000);
  expect(pause).toBeLessThan(5100);
  expect(pace.isQuiet(pause)).toBe(true);
});
