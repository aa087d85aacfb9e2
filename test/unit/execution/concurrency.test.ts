import fc from 'fast-check';

import { runConcurrently, Throttle } from '../../../nodes/ProcessMaker/execution/concurrency';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** As many as the throttle allows, whoever waits. */
const upTo = (throttle: Throttle) => ({ throttle, mayBegin: () => true });

describe('runConcurrently', () => {
  test('does each once, in order of beginning, never more at a time than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 10 }), async (count, limit) => {
        const values = Array.from({ length: count }, (_, index) => index);
        const queue = [...values];
        const begun: number[] = [];
        let running = 0;
        let most = 0;
        await runConcurrently(queue, upTo(new Throttle(limit)), async (value) => {
          begun.push(value);
          most = Math.max(most, ++running);
          for (let turns = (value * 7) % 3; turns >= 0; turns--) await turn();
          running--;
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
    const limits = { throttle: new Throttle(3), mayBegin: () => !ended.includes(1) };
    await runConcurrently(queue, limits, async (value) => {
      for (let turns = 0; turns < (value === 1 ? 1 : 4); turns++) await turn();
      ended.push(value);
    });
    expect(ended.sort()).toEqual([0, 1, 2]);
    expect(queue).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  test('lets go of what is done in a long queue, and leaves just the rest in it', async () => {
    const queue = Array.from({ length: 3500 }, (_, index) => index);
    const begun: number[] = [];
    const left: number[] = [];
    const limits = { throttle: new Throttle(5), mayBegin: () => (begun.at(-1) ?? 0) < 2700 };
    await runConcurrently(queue, limits, async (value) => {
      begun.push(value);
      left.push(queue.length);
      await turn();
    });
    expect(begun).toEqual(begun.map((_, index) => index));
    expect(left.at(-1)).toBe(1500);
    expect(queue).toEqual(Array.from({ length: 3500 - begun.length }, (_, index) => begun.length + index));
  });

  test('passes on an exception when all that has begun has ended', async () => {
    const ended: number[] = [];
    const run = runConcurrently([1, 2, 3], upTo(new Throttle(2)), async (value) => {
      if (value === 1) throw new Error('broken');
      await turn();
      ended.push(value);
    });
    await expect(run).rejects.toThrow('broken');
    expect(ended).toEqual([2]);
  });

  test('begins fewer at a time as soon as the throttle allows fewer', async () => {
    const throttle = new Throttle(8);
    let running = 0;
    const most: number[] = [];
    const queue = Array.from({ length: 40 }, (_, index) => index);
    await runConcurrently(queue, upTo(throttle), async (value) => {
      most[value] = ++running;
      if (value === 7) throttle.decrease();
      for (let turns = 0; turns < 3; turns++) await turn();
      running--;
    });
    expect(Math.max(...most.slice(0, 8))).toBe(8);
    expect(Math.max(...most.slice(12))).toBe(4);
  });

  test('gives the place of one that waits to another, and a place back before it goes on', async () => {
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    let running = 0;
    let most = 0;
    const ended: number[] = [];
    await runConcurrently([0, 1, 2, 3, 4], upTo(new Throttle(1)), async (value, slot) => {
      running++;
      if (value === 0) {
        running--;
        await slot.whileWaiting(() => woken);
        running++;
      }
      most = Math.max(most, running);
      await turn();
      if (value === 2) wake();
      await turn();
      running--;
      ended.push(value);
    });
    expect(most).toBe(1);
    expect(ended).toEqual([1, 2, 0, 3, 4]);
  });

  test('ends when thousands wait for the same thing', async () => {
    const COUNT = 20_000;
    const values = Array.from({ length: COUNT }, (_, index) => index);
    const limits = { throttle: new Throttle(3), mayBegin: () => true };
    let ended = 0;
    await runConcurrently(values, limits, async (_value, slot) => {
      await slot.whileWaiting(turn);
      ended++;
    });
    expect(ended).toBe(COUNT);
  });
});

describe('Throttle', () => {
  beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => jest.useRealTimers());

  /** The limit after each sign of overload, which come so far apart. */
  const slowDown = (throttle: Throttle, times: number, milliseconds: number) =>
    Array.from({ length: times }, () => {
      throttle.decrease();
      jest.advanceTimersByTime(milliseconds);
      return Math.floor(throttle.limit);
    });

  test('halves its limit at each sign of overload, down to one', () => {
    expect(slowDown(new Throttle(20), 6, 1_000)).toEqual([10, 5, 2, 1, 1, 1]);
  });

  test('counts signs within a second once: calls that were refused together', () => {
    expect(slowDown(new Throttle(20), 5, 200)).toEqual([10, 10, 10, 10, 10]);
  });

  test('recovers slowly: one more after as many calls as run at once', () => {
    const throttle = new Throttle(20);
    throttle.decrease();
    const calls: number[] = [];
    for (let call = 1; Math.floor(throttle.limit) < 20; call++) {
      const before = Math.floor(throttle.limit);
      throttle.increase();
      if (Math.floor(throttle.limit) > before) calls.push(call);
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
            if (isOverload) throttle.decrease();
            else throttle.increase();
            jest.advanceTimersByTime(500);
            expect(Math.floor(throttle.limit)).toBeGreaterThanOrEqual(1);
            expect(Math.floor(throttle.limit)).toBeLessThanOrEqual(max);
          }
        },
      ),
    );
  });
});
