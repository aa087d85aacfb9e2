import fc from 'fast-check';

import { forEachInParallel } from '../../../nodes/ProcessMaker/helpers/concurrency';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('forEachInParallel', () => {
  test('does each once, in order of beginning, never more at a time than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 10 }), async (count, limit) => {
        const begun: number[] = [];
        let running = 0;
        let most = 0;
        await forEachInParallel(count, limit, async (index) => {
          begun.push(index);
          most = Math.max(most, ++running);
          for (let turns = (index * 7) % 3; turns >= 0; turns--) await turn();
          running--;
          return true;
        });
        expect(begun).toEqual(Array.from({ length: count }, (_, index) => index));
        expect(most).toBe(Math.min(count, limit));
        expect(running).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test('begins nothing new after a no, and waits for what runs', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    await forEachInParallel(100, 3, async (index) => {
      begun.push(index);
      for (let turns = 0; turns < (index === 1 ? 1 : 4); turns++) await turn();
      ended.push(index);
      return index !== 1;
    });
    expect(begun).toEqual([0, 1, 2]);
    expect(ended.sort()).toEqual([0, 1, 2]);
  });
});
