import fc from 'fast-check';

import {
  digestOf,
  generationPrefixOf,
  itemKey,
  parseItemKey,
  parseUserKey,
  userKey,
  userKeyPrefix,
} from '../../../nodes/ProcessMaker/starting/keys';
import { shortHash } from '../../../nodes/ProcessMaker/execution/attemptStorage';

/** What ProcessMaker keeps as it is, and what its query language compares as it is. */
const SAFE = /^[A-Za-z0-9.~-]+$/;
const MOST_COMPARED = 255;

const hash = fc.string().map(shortHash);
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 400 }));

describe('hidden keys', () => {
  test('parses a hidden key into its parts, for its own run only', () => {
    fc.assert(
      fc.property(hash, fc.nat(), fc.nat(), hash, hash, (run, round, itemIndex, digest, otherRun) => {
        const key = itemKey(run, round, itemIndex, digest);
        expect(key).toMatch(SAFE);
        expect(parseItemKey(key, run)).toEqual({ round, itemIndex, digest });
        if (otherRun !== run) expect(parseItemKey(key, otherRun)).toBeUndefined();
      }),
    );
  });

  test.each(['', 'run.0.', 'run.0.1', 'run.0.1.', 'run.0.x.ab', 'run.0.1.xyz', 'run.00.1.ab', 'u.a.0.run.0'])(
    'does not parse %j as a hidden key',
    (key) => {
      expect(parseItemKey(key, 'run')).toBeUndefined();
    },
  );
});

describe('digests', () => {
  test('gives different digests for different processes, start events and data', () => {
    const target = { processId: 2, startEventId: 'node_1' };
    const digests = [
      digestOf(target, '{}'),
      digestOf({ ...target, processId: 3 }, '{}'),
      digestOf({ ...target, startEventId: 'node_2' }, '{}'),
      digestOf(target, '{"a":1}'),
    ];
    expect(new Set(digests).size).toBe(4);
    for (const digest of digests) expect(digest).toMatch(/^[\da-f]{16}$/);
    expect(digestOf({ ...target }, '{}')).toBe(digests[0]);
  });
});

describe('idempotency keys', () => {
  test('encodes any idempotency key as text that ProcessMaker stores, searches and compares unchanged', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(), hash, (text, generation, round, run) => {
        const prefix = userKeyPrefix(text);
        const key = userKey(prefix, generation, run, round);
        expect(key).toMatch(SAFE);
        expect(key.length).toBeLessThanOrEqual(MOST_COMPARED);
        expect(parseUserKey(key, prefix)).toEqual({ generation, run, round });
        expect(generationPrefixOf(key)).toBe(`${prefix}${generation}.`);
      }),
      { numRuns: 500 },
    );
  });

  test('encodes different idempotency keys so that neither begins with the other', () => {
    fc.assert(
      fc.property(anyText, anyText, hash, (one, other, run) => {
        const [first, second] = [userKeyPrefix(one), userKeyPrefix(other)];
        expect(first === second).toBe(one === other);
        expect(userKey(first, 0, run, 0).startsWith(second)).toBe(one === other);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['5', '"5"'],
    ['a', 'A'],
    ['a_b', 'axb'],
    ['a%', 'ab'],
    ['a', 'a.'],
    ['😀', '😁'],
    ['\u000123', '\u0123'],
    ['\ud83d', '\ud83e'],
    ['x'.repeat(256), 'x'.repeat(257)],
    ['\ud83d'.repeat(100), '\ud83e'.repeat(100)],
  ])('encodes the idempotency keys %j and %j differently', (one, other) => {
    expect(userKeyPrefix(one)).not.toBe(userKeyPrefix(other));
  });

  test.each(['', 'u.a.', 'u.a.0', 'u.a.0.run', 'u.a.x.run.0', 'u.a.0.run.x', 'u.a.0.run.0.1', 'run.0.1.ab'])(
    'finds no parts of an idempotency key in %j',
    (key) => {
      expect(parseUserKey(key, userKeyPrefix('a'))).toBeUndefined();
    },
  );
});
