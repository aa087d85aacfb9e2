import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { mergeDeep } from '../../../../../nodes/ProcessMaker/actions/request/updateData/mergeData';

const copy = (value: IDataObject) => JSON.parse(JSON.stringify(value)) as IDataObject;

/** As it comes over the wire, without a negative zero. */
const data = (
  fc.dictionary(
    fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor'), fc.string()),
    fc.jsonValue({ maxDepth: 3 }),
  ) as fc.Arbitrary<IDataObject>
).map(copy);

describe('mergeDeep', () => {
  it('merges objects field by field and replaces every other value', () => {
    const base = { kept: 1, order: { lines: [1, 2], total: 5, tax: { rate: 19 } } };
    const changes = { order: { lines: [3], tax: { name: 'VAT' } }, added: null };
    expect(mergeDeep(base, changes)).toEqual({
      kept: 1,
      order: { lines: [3], total: 5, tax: { rate: 19, name: 'VAT' } },
      added: null,
    });
  });

  it('changes neither the data nor the changes when it merges them, and merges twice with the same result', () => {
    fc.assert(
      fc.property(data, data, (base, changes) => {
        const before = [copy(base), copy(changes)];
        const merged = mergeDeep(base, changes);
        expect([base, changes]).toEqual(before);
        expect(mergeDeep(merged, changes)).toEqual(merged);
        expect(Object.keys(merged).sort()).toEqual(
          [...new Set([...Object.keys(base), ...Object.keys(changes)])].sort(),
        );
      }),
    );
  });

  it('merges a field named __proto__ without changing any prototype', () => {
    const merged = mergeDeep({}, JSON.parse('{"__proto__": {"polluted": true}}') as IDataObject);
    expect(Object.hasOwn(merged, '__proto__')).toBe(true);
    expect(({} as IDataObject).polluted).toBeUndefined();
  });
});
