import type { INodeParameters } from 'n8n-workflow';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 4), startEvent: locator('id', 'node_1') };
const start = (parameters: INodeParameters, input: unknown[] = [{}]) =>
  harness.start({ ...TARGET, ...parameters }, { input, settings: ERROR_OUTPUT });

describe('data that does not arrive unchanged', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;

  it.each([
    ['NaN', { deep: [{ value: NaN }] }],
    ['Infinity', { deep: [{ value: -Infinity }] }],
    ['a BigInt', { deep: [{ value: 10n }] }],
    ['a function', { deep: [{ value: () => 1 }] }],
    ['a Map', { deep: [{ value: new Map([[1, 2]]) }] }],
    ['half of a character', { deep: [{ value: '\uD83D' }] }],
    ['itself', circular],
  ])('refuses data that holds %s', async (_, item) => {
    const run = await start({}, [item]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toMatch(/deep\[0\]\.value|self/);
    expect(harness.gateway.calls).toEqual([]);
  });

  it('refuses data that would make the Request a child of another one', async () => {
    const run = await start({}, [{ _parent: { request_id: 1 }, number: 'PO-1' }]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toContain('_parent');
    expect(harness.gateway.calls).toEqual([]);
  });

  it('leaves out the variables that ProcessMaker adds by itself, and says so', async () => {
    const run = await start({}, [
      { _request: { id: 1 }, _user: { id: 2 }, number: 'PO-1', deep: { _user: 3 } },
    ]);
    expect(harness.sent()).toEqual([{ number: 'PO-1', deep: { _user: 3 } }]);
    const hints = run.hints('ProcessMaker').join();
    expect(hints).toContain('_request');
    expect(hints).toContain('_user');
  });

  it.each([
    ['padding', { text: ' padded ' }],
    ['an empty text', { text: '' }],
    ['HTML', { text: 'a <b>bold</b> claim' }],
    ['double braces', { text: 'Dear {{ name }}' }],
    ['an empty object', { list: {} }],
    ['a huge number', { number: 12345678901234567000 }],
  ])('gives one hint for all items when ProcessMaker will change %s', async (_, item) => {
    // One after the other, so that there is no hint at their order.
    const run = await start({ options: { requestsInParallel: 1 } }, [item, item, item]);
    expect(run.hints('ProcessMaker')).toHaveLength(1);
    expect(harness.requests()).toHaveLength(3);
  });

  it('gives no hint for tags and braces inside an object or a list, where ProcessMaker keeps them', async () => {
    const nested = { note: '<b>bold</b>', lines: ['{{ name }}', { text: '<i>x</i>' }] };
    const run = await start({}, [{ nested }]);
    expect(harness.requests()).toMatchObject([{ data: { nested } }]);
    expect(run.hints('ProcessMaker')).toEqual([]);
  });

  it('gives no hint for data that arrives unchanged', async () => {
    const run = await start({}, [
      { number: 'PO-1', total: 12.5, urgent: true, lines: [{ sku: 'a' }], note: null },
    ]);
    expect(run.hints('ProcessMaker')).toEqual([]);
  });

  it('refuses data that holds nothing but variables that ProcessMaker adds by itself', async () => {
    const run = await start({}, [{ _request: { id: 1 }, _user: { id: 2 } }]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(harness.gateway.calls).toEqual([]);
  });

  it('refuses data that is nested deeper than ProcessMaker reads', async () => {
    const run = await start({ dataMode: 'json', jsonData: `{"deep":${'['.repeat(600)}${']'.repeat(600)}}` });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(harness.gateway.calls).toEqual([]);
  });

  it('refuses JSON text with a number that is too large for JavaScript', async () => {
    const run = await start({ dataMode: 'json', jsonData: '{"number": 1e400}' });
    expect(failedItems(run)[0]?.text).toContain('number');
    expect(harness.gateway.calls).toEqual([]);
  });

  it('names the item whose data cannot be sent', async () => {
    const run = await harness.start(TARGET, { input: [{ number: 1 }, { number: NaN }] });
    expect(run.error?.message).toMatch(/item 1/);
  });
});
