import fc from 'fast-check';

import { Throttle, workThrough } from '../../../nodes/ProcessMaker/execution/concurrency';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('workThrough', () => {
  test('does each once, in order of beginning, never more at a time than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 10 }), async (count, limit) => {
        const values = Array.from({ length: count }, (_, index) => index);
        const queue = [...values];
        const begun: number[] = [];
        let running = 0;
        let most = 0;
        await workThrough(queue, new Throttle(limit), async (value) => {
          begun.push(value);
          most = Math.max(most, ++running);
          for (let turns = (value * 7) % 3; turns >= 0; turns--) await turn();
          running--;
          return true;
        });
        expect(begun).toEqual(values);
        expect(most).toBe(Math.min(count, limit));
        expect(running).toBe(0);
        expect(queue).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test('begins nothing new after a no, waits for what runs, and leaves the rest in the queue', async () => {
    const queue = Array.from({ length: 10 }, (_, index) => index);
    const ended: number[] = [];
    await workThrough(queue, new Throttle(3), async (value) => {
      for (let turns = 0; turns < (value === 1 ? 1 : 4); turns++) await turn();
      ended.push(value);
      return value !== 1;
    });
    expect(ended.sort()).toEqual([0, 1, 2]);
    expect(queue).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  test('lets go of what is done in a long queue, and leaves just the rest in it', async () => {
    const queue = Array.from({ length: 3500 }, (_, index) => index);
    const begun: number[] = [];
    const left: number[] = [];
    await workThrough(queue, new Throttle(5), async (value) => {
      begun.push(value);
      left.push(queue.length);
      await turn();
      return value < 2700;
    });
    expect(begun).toEqual(begun.map((_, index) => index));
    expect(left.at(-1)).toBe(1500);
    expect(queue).toEqual(Array.from({ length: 3500 - begun.length }, (_, index) => begun.length + index));
  });

  test('passes on an exception', async () => {
    const work = () => Promise.reject(new Error('broken'));
    await expect(workThrough([1, 2], new Throttle(1), work)).rejects.toThrow('broken');
  });

  test('begins fewer at a time as soon as the throttle allows fewer', async () => {
    const throttle = new Throttle(8);
    let running = 0;
    const most: number[] = [];
    await workThrough(
      Array.from({ length: 40 }, (_, index) => index),
      throttle,
      async (value) => {
        most[value] = ++running;
        if (value === 7) throttle.slower();
        for (let turns = 0; turns < 3; turns++) await turn();
        running--;
        return true;
      },
    );
    expect(Math.max(...most.slice(0, 8))).toBe(8);
    expect(Math.max(...most.slice(12))).toBe(4);
  });
});

describe('Throttle', () => {
  beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => jest.useRealTimers());

  /** The limit after each sign of overload, which come so far apart. */
  const slowDown = (throttle: Throttle, times: number, milliseconds: number) =>
    Array.from({ length: times }, () => {
      throttle.slower();
      jest.advanceTimersByTime(milliseconds);
      return throttle.current;
    });

  test('halves its limit at each sign of overload, down to one', () => {
    expect(slowDown(new Throttle(20), 6, 1_000)).toEqual([10, 5, 2, 1, 1, 1]);
  });

  test('counts signs within a second once: calls that were refused together', () => {
    expect(slowDown(new Throttle(20), 5, 200)).toEqual([10, 10, 10, 10, 10]);
  });

  test('recovers slowly: one more after as many calls as run at once', () => {
    const throttle = new Throttle(20);
    throttle.slower();
    const calls: number[] = [];
    for (let call = 1; throttle.current < 20; call++) {
      const before = throttle.current;
      throttle.faster();
      if (throttle.current > before) calls.push(call);
    }
    expect(calls).toHaveLength(10);
    // 10 + 11 + … + 19 calls, or a few more.
    expect(calls.at(-1)).toBeGreaterThanOrEqual(145);
    expect(calls.at(-1)).toBeLessThanOrEqual(165);
  });

  test('stays between one and its maximum', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.boolean(), { maxLength: 200 }),
        (max, signs) => {
          const throttle = new Throttle(max);
          for (const isOverload of signs) {
            if (isOverload) throttle.slower();
            else throttle.faster();
            jest.advanceTimersByTime(500);
            expect(throttle.current).toBeGreaterThanOrEqual(1);
            expect(throttle.current).toBeLessThanOrEqual(max);
          }
        },
      ),
    );
  });
});
