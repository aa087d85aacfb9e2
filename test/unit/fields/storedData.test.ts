import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { hasFields } from '../../../nodes/ProcessMaker/fields/storedData';
import { sanitiseUpdatedData } from '../../processmaker/data/sanitise';
import { asPhpValue } from '../../processmaker/data/normalise';
import type { Json } from '../../processmaker';

const copy = (value: IDataObject) => JSON.parse(JSON.stringify(value)) as IDataObject;

/** As it comes over the wire, without a negative zero. */
const data = (
  fc.dictionary(
    fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor'), fc.string()),
    fc.jsonValue({ maxDepth: 3 }),
  ) as fc.Arbitrary<IDataObject>
).map(copy);

describe('hasFields', () => {
  it('finds written fields in the form in which ProcessMaker returns them', () => {
    fc.assert(
      fc.property(data, data, (others, fields) => {
        const stored = asPhpValue(sanitiseUpdatedData({ ...others, ...fields } as Json));
        const read = Array.isArray(stored) ? { ...stored } : stored;
        expect(hasFields(read as IDataObject, copy(fields))).toBe(true);
      }),
    );
  });

  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: '1' }],
    [{}, { a: null }],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1 } }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: [] }, { a: null }],
    [{ a: null }, { a: 'x' }],
    [{ a: 'x' }, { a: 'x y ' }],
  ])('does not take the stored data %j for the written fields %j', (stored, fields) => {
    expect(hasFields(stored, fields)).toBe(false);
  });
});
