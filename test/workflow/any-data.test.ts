import * as fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 4), startEvent: locator('id', 'node_1') };
const start = (parameters: INodeParameters, input: unknown[] = [{}]) =>
  harness.start({ ...TARGET, ...parameters }, { input, settings: ERROR_OUTPUT });

describe('data of any content', () => {
  const item = fc.dictionary(
    fc
      .string({ unit: 'grapheme' })
      .filter((key) => !['_parent', '_request', '_user', '_n8n_key'].includes(key)),
    fc.jsonValue({ noUnicodeString: false }),
  );

  it('sends any item exactly as its JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 6 }), async (input) => {
        harness.gateway.reset();
        const run = await start({ options: { requestsInParallel: 1 } }, input);
        expect(failedItems(run)).toEqual([]);
        expect(harness.sentTexts()).toEqual(input.map((data) => JSON.stringify(data)));
      }),
      { numRuns: 30 },
    );
  });

  it('sends the object of any JSON text unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(item, async (data) => {
        harness.gateway.reset();
        await start({ dataMode: 'json', jsonData: JSON.stringify(data, null, 2) });
        expect(harness.sentTexts()).toEqual([JSON.stringify(data)]);
      }),
      { numRuns: 30 },
    );
  });
});
