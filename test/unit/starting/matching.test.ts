import fc from 'fast-check';

import { matchOpenKeys, matchStarts } from '../../../nodes/ProcessMaker/starting/matching';

interface Start {
  itemIndex: number;
  digest: string;
  request: number;
}

const startsOf = (...starts: Array<[itemIndex: number, digest: string]>): Start[] =>
  starts.map(([itemIndex, digest], index) => ({ itemIndex, digest, request: 100 + index }));

const entries = <T>(map: Map<number, T>) => [...map].sort(([one], [other]) => one - other);

describe('matchStarts', () => {
  test.each<[string, Array<string | undefined>, Start[], Array<[number, number]>, Array<[number, number]>]>([
    ['nothing was started', ['a', 'b'], [], [], []],
    [
      'the same items',
      ['a', 'b'],
      startsOf([0, 'a'], [1, 'b']),
      [
        [0, 100],
        [1, 101],
      ],
      [],
    ],
    [
      'another order',
      ['b', 'a', 'c'],
      startsOf([0, 'a'], [1, 'b']),
      [
        [0, 101],
        [1, 100],
      ],
      [],
    ],
    ['another item in its place', ['a', 'x'], startsOf([0, 'a'], [1, 'b']), [[0, 100]], [[1, 101]]],
    ['an item gone from the end', ['a'], startsOf([0, 'a'], [1, 'b']), [[0, 100]], []],
    ['an item gone from the front', ['b', 'c'], startsOf([0, 'a'], [1, 'b']), [[0, 101]], []],
    ['equal items, fewer started', ['a', 'a', 'a'], startsOf([1, 'a']), [[1, 100]], []],
    ['equal items, more started', ['a'], startsOf([0, 'a'], [1, 'a'], [2, 'a']), [[0, 100]], []],
    [
      'equal items that moved',
      ['x', 'a', 'a'],
      startsOf([0, 'a'], [1, 'a']),
      [
        [1, 101],
        [2, 100],
      ],
      [],
    ],
    ['one item started twice', ['a'], startsOf([0, 'a'], [0, 'a']), [[0, 100]], []],
    ['an item that is not looked for', [undefined, 'b'], startsOf([0, 'a'], [1, 'b']), [[1, 101]], []],
  ])('matches items with earlier starts: %s', (_name, digests, earlier, matched, disputed) => {
    const result = matchStarts(digests, earlier);
    expect(entries(result.matched)).toEqual(matched);
    expect(entries(result.disputed)).toEqual(disputed);
  });

  const digest = fc.constantFrom('a', 'b', 'c', 'd');
  const digests = fc.array(fc.option(digest, { nil: undefined }), { maxLength: 8 });
  const earlier = fc
    .array(fc.tuple(fc.nat(8), digest), { maxLength: 8 })
    .map((starts) => startsOf(...starts));

  test('matches as many starts of each digest as there are items for them, and no Request twice', () => {
    fc.assert(
      fc.property(digests, earlier, (items, starts) => {
        const { matched, disputed } = matchStarts(items, starts);
        for (const wanted of ['a', 'b', 'c', 'd']) {
          const [there, here] = [
            starts.filter((start) => start.digest === wanted).length,
            items.filter((item) => item === wanted).length,
          ];
          const found = [...matched.keys()].filter((index) => items[index] === wanted).length;
          expect(found).toBe(Math.min(there, here));
        }
        const requests = [...matched.values(), ...disputed.values()];
        expect(new Set(requests).size).toBe(requests.length);
        for (const [index, request] of matched)
          expect(starts.find((start) => start.request === request)?.digest).toBe(items[index]);
      }),
    );
  });

  test('disputes exactly the items in the place of a Request that matches no item', () => {
    fc.assert(
      fc.property(digests, earlier, (items, starts) => {
        const { matched, disputed } = matchStarts(items, starts);
        const unmatched = starts.filter(({ request }) => ![...matched.values()].includes(request));
        const places = unmatched
          .map(({ itemIndex }) => itemIndex)
          .filter((index) => items[index] !== undefined && !matched.has(index));
        expect([...disputed.keys()].sort()).toEqual([...new Set(places)].sort());
      }),
    );
  });

  test('matches every item of an iteration that was started in full, in whatever order the items come back', () => {
    const shuffled = fc
      .array(digest, { maxLength: 10 })
      .chain((items) =>
        fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })),
      );
    fc.assert(
      fc.property(shuffled, ([items, again]) => {
        const starts = startsOf(...items.map((item, index) => [index, item] as [number, string]));
        const { matched, disputed } = matchStarts(again, starts);
        expect(matched.size).toBe(items.length);
        expect(disputed.size).toBe(0);
      }),
    );
  });
});

describe('matchOpenKeys', () => {
  const unfoundOf = (...starts: Array<[itemIndex: number, digest: string]>) =>
    starts.map(([itemIndex, digest]) => ({ itemIndex, digest, key: `${itemIndex}${digest}` }));

  test.each<[string, string[], ReturnType<typeof unfoundOf>, Array<[number, string]>]>([
    ['the same items', ['a', 'b'], unfoundOf([1, 'b']), [[1, '1b']]],
    [
      'the item in another place, and that which came into its own',
      ['b', 'a'],
      unfoundOf([0, 'a']),
      [
        [0, '0a'],
        [1, '0a'],
      ],
    ],
    ['of equal items, the one at its own place alone', ['a', 'a', 'a'], unfoundOf([1, 'a']), [[1, '1a']]],
    [
      'as many of equal items as were sent',
      ['x', 'a', 'a', 'a'],
      unfoundOf([5, 'a'], [6, 'a']),
      [
        [1, '5a'],
        [2, '6a'],
      ],
    ],
    ['an item gone from the end', ['a'], unfoundOf([1, 'b']), []],
  ])('finds %s', (_, items, unfound, expected) => {
    expect(entries(matchOpenKeys(new Map(items.entries()), unfound))).toEqual(expected);
  });
});
