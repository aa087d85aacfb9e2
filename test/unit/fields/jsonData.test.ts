import fc from 'fast-check';

import { findUnsendable } from '../../../nodes/ProcessMaker/fields/jsonData';

function changesIn(value: unknown) {
  const changes: string[] = [];
  const unsendable = findUnsendable(value, (change, path) => changes.push(`${change} ${path}`));
  return { unsendable, changes };
}

function nested(levels: number): unknown {
  let value: unknown = {};
  for (let level = 1; level < levels; level++) value = { a: value };
  return value;
}

describe('findUnsendable', () => {
  test('finds nothing unsendable in JSON data', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        expect(changesIn({ value }).unsendable).toBeUndefined();
      }),
    );
  });

  const circular: Record<string, unknown> = {};
  circular.self = { circular };

  test.each([
    ['NaN', { a: { b: Number.NaN } }, "'a.b'"],
    ['Infinity', { a: [1, Number.POSITIVE_INFINITY] }, "'a[1]'"],
    ['a BigInt', { a: 1n }, "'a'"],
    ['a function', { a: () => 1 }, "'a'"],
    ['a symbol', { a: Symbol('x') }, "'a'"],
    ['a Map', { a: new Map([[1, 2]]) }, "'a'"],
    ['a Set', { a: new Set([1]) }, "'a'"],
    ['a typed list', { a: new Uint8Array(2) }, "'a'"],
    ['an invalid date', { a: new Date('?') }, "'a'"],
    ['a gap in a list', { a: [1, undefined, 2] }, "'a[1]'"],
    ['a value within itself', circular, "'self.circular'"],
    ['half a character', { a: 'x\ud800' }, "'a'"],
    ['half a character in a name', { a: { '\udc00': 1 } }, "'a'"],
    ['more levels than PHP reads', { a: nested(600) }, '500 levels'],
  ])('finds %s in data and says where it is', (_name, data, where) => {
    expect(changesIn(data).unsendable).toContain(where);
  });

  test('finds an unsendable value anywhere in the data', () => {
    const bad = fc.constantFrom(Number.NaN, 1n, () => 1, new Map(), '\ud83d');
    const path = fc.array(fc.oneof(fc.constantFrom('a', 'b.c', ''), fc.nat(2)), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(path, bad, (keys, value) => {
        const data = keys.reduceRight<unknown>(
          (inner, key) =>
            typeof key === 'number' ? [...Array<number>(key).fill(0), inner] : { [key]: inner },
          value,
        );
        expect(changesIn({ data }).unsendable).toBeDefined();
      }),
    );
  });

  test('accepts dates, values with a JSON form and missing fields', () => {
    expect(changesIn({ at: new Date(0), missing: undefined, own: { toJSON: () => 'x' } })).toEqual({
      unsendable: undefined,
      changes: [],
    });
  });

  test.each([
    [{ a: ' x' }, 'trimmed a'],
    [{ a: { b: '' } }, 'emptied a.b'],
    [{ a: ' \t' }, 'blank a'],
    [{ a: 'x\u200b' }, 'trimmed a'],
    [{ a: ['<b>x</b>'] }, 'tags a[0]'],
    [{ a: 'Dear {{ name }}' }, 'mustache a'],
    [{ a: {} }, 'emptyObject a'],
    [{ a: { 0: 'x', 1: 'y' } }, 'list a'],
    [{ a: 2 ** 53 }, 'unsafeInteger a'],
    [{ a: 2 ** 64 }, 'bigInteger a'],
  ])('reports what ProcessMaker changes in %j: %s', (data, change) => {
    expect(changesIn(data)).toEqual({ unsendable: undefined, changes: [change] });
  });

  test.each([{}, { a: 'x < y', b: 'a > b', c: '{ x }', d: [], e: 1.5, f: { x: 1 }, g: { 1: 'x' }, h: null }])(
    'reports no change in %j',
    (data) => {
      expect(changesIn(data)).toEqual({ unsendable: undefined, changes: [] });
    },
  );
});
