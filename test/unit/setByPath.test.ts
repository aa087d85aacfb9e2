import fc from 'fast-check';

import { setByPath } from '../../nodes/ProcessMaker/guards';

describe('setByPath', () => {
  test('creates the objects and lists on the way of a path', () => {
    const data = {};
    for (const [path, value] of Object.entries({
      orderId: 1,
      'customer.name': 'Ann',
      'customer.address.city': 'Bonn',
      'lines[0].price': 2,
      'lines[1].price': 3,
      'tags.0': 'x',
    })) {
      expect(setByPath(data, path, value)).toBeUndefined();
    }
    expect(data).toEqual({
      orderId: 1,
      customer: { name: 'Ann', address: { city: 'Bonn' } },
      lines: [{ price: 2 }, { price: 3 }],
      tags: ['x'],
    });
  });

  test.each([
    [['a', 'a']],
    [['a', 'a.b']],
    [['a.b', 'a']],
    [['a[0]', 'a.b']],
    [['a[1000]']],
    [['a..b']],
    [['.a']],
    [['__proto__.polluted']],
    [['a.constructor.prototype.polluted']],
  ])('refuses to set a value at the last of the paths %j', (paths) => {
    const data = {};
    const refusals = paths.map((path) => setByPath(data, path, 1));
    expect(refusals.at(-1)).toMatch(/^(Field )?'.+'/);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('sets any value where its path leads', () => {
    const key = fc
      .stringMatching(/^[A-Za-z_ -][A-Za-z0-9_ -]*$/)
      .filter((name) => !(name in Object.prototype));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(key, fc.nat(20)), { minLength: 1, maxLength: 5 }),
        fc.anything(),
        (keys, value) => {
          const [first, ...rest] = keys;
          if (typeof first === 'number') return;
          const data = {};
          const path = rest.reduce<string>(
            (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${step}`),
            String(first),
          );
          expect(setByPath(data, path, value)).toBeUndefined();
          const found = keys.reduce<unknown>(
            (inner, step) => (inner as Record<string | number, unknown>)[step],
            data,
          );
          expect(found).toBe(value);
        },
      ),
    );
  });
});
