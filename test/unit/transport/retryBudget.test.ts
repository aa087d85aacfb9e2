import fc from 'fast-check';

import { RetryBudget } from '../../../nodes/ProcessMaker/transport/connection';

beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => jest.useRealTimers());

describe('RetryBudget', () => {
  test.each([
    [1, 500],
    [2, 1_000],
    [3, 2_000],
    [5, 8_000],
    [6, 10_000],
    [60, 10_000],
  ])('pauses before attempt %i for between half and all of %i ms', (attempts, most) => {
    const budget = new RetryBudget(60_000);
    for (let count = 0; count < 50; count++) {
      const pause = budget.pauseBefore(attempts) ?? 0;
      expect(pause).toBeGreaterThanOrEqual(most / 2);
      expect(pause).toBeLessThanOrEqual(most);
    }
  });

  test('pauses at least as long as the server asks', () => {
    expect(new RetryBudget(60_000).pauseBefore(1, 17)).toBe(17_000);
    expect(new RetryBudget(60_000).pauseBefore(6, 1)).toBeGreaterThanOrEqual(5_000);
  });

  test('allows no further attempt after the time of the budget', () => {
    const budget = new RetryBudget(10_000);
    jest.advanceTimersByTime(9_999);
    expect(budget.pauseBefore(1)).toBeLessThanOrEqual(500);
    jest.advanceTimersByTime(1);
    expect(budget.pauseBefore(1)).toBeUndefined();
  });

  test('allows the pause that the server asks for unless it is longer than the whole budget', () => {
    const budget = new RetryBudget(60_000);
    jest.advanceTimersByTime(20_000);
    expect(budget.pauseBefore(1, 60)).toBe(60_000);
    expect(budget.pauseBefore(1, 61)).toBeUndefined();
  });

  test('allows no further attempt when the budget has no time', () => {
    expect(new RetryBudget(0).pauseBefore(1)).toBeUndefined();
  });

  test('starts the time of the budget again with every response', () => {
    const budget = new RetryBudget(10_000);
    jest.advanceTimersByTime(20_000);
    expect(budget.pauseBefore(1)).toBeUndefined();
    budget.restore();
    expect(budget.pauseBefore(1)).toBeLessThanOrEqual(500);
  });

  test('never starts a pause after the time of the budget, whatever the server asks for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { maxLength: 50 }),
        fc.integer({ min: 1, max: 60 }),
        (asked, seconds) => {
          const budget = new RetryBudget(seconds * 1_000);
          const began = Date.now();
          for (const [index, askedSeconds] of asked.entries()) {
            const pause = budget.pauseBefore(index + 1, askedSeconds);
            if (pause === undefined) return;
            expect(Date.now() - began).toBeLessThan(seconds * 1_000);
            expect(askedSeconds).toBeLessThanOrEqual(seconds);
            expect(pause).toBeGreaterThanOrEqual(askedSeconds * 1_000);
            jest.advanceTimersByTime(pause);
          }
        },
      ),
    );
  });
});
