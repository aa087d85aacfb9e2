import * as fc from 'fast-check';
import { locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const PARAMETERS = {
  process: locator('id', 4),
  startEvent: locator('id', 'node_1'),
  dataMode: 'json',
  jsonData: '{}',
  options: { idempotencyKey: '={{ $json.key }}' },
};

/** Keys that a careless comparison would confuse, or could not hold. */
const ALIKE = [
  ['5', '"5"', '5.0', '05', ' 5', '5 '],
  ['a', 'A', 'a ', 'ä', 'Ä', 'a\u0308', 'ａ'],
  ['a_b', 'axb', 'a%b', 'a%', '%', '_', '*'],
  ['a"b', "a'b", 'a\\b', 'a\\"b', 'a`b', 'a\\\\b'],
  ['2026-11-24', '2026-11-24 07:00:00', '2026-11-24T07:00:00Z', '2026-11-24T07:00:00+00:00'],
  ['a.b', 'a.0.b', 'a', 'a.', 'u.a.0', 'a~002e', '~'],
  ['\u000123', '\u0123'],
  ['😀', '😁', '\ud83d', '\ud83e', '\ufffd'],
  ['x'.repeat(256), `${'x'.repeat(255)}y`, 'x'.repeat(255), 'x'.repeat(300)],
  ['é'.repeat(100), `${'é'.repeat(99)}è`, '\ud83d'.repeat(200), '\ud83e'.repeat(200)],
  ['<b>a</b>', '{{ a }}', 'null', 'true', '[]', '\n', 'a\tb', '\0', ' '],
];

/** Ids of the Requests by key. */
async function start(keys: string[]): Promise<Map<string, unknown>> {
  const run = await harness.start(PARAMETERS, { input: keys.map((key) => ({ key })) });
  expect(run.error).toBeUndefined();
  const ids = run.items('ProcessMaker').map(({ id }) => id);
  return new Map(keys.map((key, index) => [key, ids[index]]));
}

/** Starts each key twice, the second time in another order, and expects one Request for each. */
async function expectOneEach(keys: string[]): Promise<void> {
  const first = await start(keys);
  expect(new Set(first.values()).size).toBe(keys.length);
  const count = harness.requests().length;
  const again = await start([...keys].reverse());
  expect(harness.requests()).toHaveLength(count);
  for (const key of keys) expect(again.get(key)).toBe(first.get(key));
}

describe('Idempotency Keys of any content', () => {
  it.each(
    ALIKE.map((keys) => [keys.map((key) => JSON.stringify(key.slice(0, 20))).join(', '), keys] as const),
  )('starts one Request for each of the Idempotency Keys %s, and finds them again', async (_, keys) => {
    await expectOneEach([...new Set(keys)]);
  });

  it('starts one Request for each Idempotency Key of any content, and finds them again', async () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.string({ unit: fc.constantFrom('"', '\\', '%', '_', '.', '~', ' ', 'a', 'A', '5'), minLength: 1 }),
      fc.string({ minLength: 200, maxLength: 400 }),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.integer().map(String),
    );
    await fc.assert(fc.asyncProperty(fc.uniqueArray(key, { minLength: 1, maxLength: 20 }), expectOneEach), {
      numRuns: 20,
    });
    // Each run waits for the second look.
  }, 120_000);
});
