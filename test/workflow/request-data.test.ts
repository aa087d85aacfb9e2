import type { INodeParameters } from 'n8n-workflow';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 4), startEvent: locator('id', 'node_1') };
const start = (parameters: INodeParameters, input: unknown[] = [{}]) =>
  harness.start({ ...TARGET, ...parameters }, { input, settings: ERROR_OUTPUT });

const ORDER = { number: 'PO-1', total: 12.5, urgent: true, lines: [{ sku: 'a', count: 2 }], note: null };

describe('Map Automatically', () => {
  it('sends the fields of each item as JSON with Map Automatically', async () => {
    await start({}, [ORDER, { number: 'PO-2' }]);
    expect(harness.sent()).toEqual(expect.arrayContaining([ORDER, { number: 'PO-2' }]));
    for (const { headers } of harness.starts()) expect(headers['content-type']).toMatch(/^application\/json/);
    expect(harness.requests()).toContainEqual(
      expect.objectContaining({ data: expect.objectContaining(ORDER) as unknown }),
    );
  });

  it('sends the selected fields with Map Automatically', async () => {
    await start({ include: 'selected', includeFields: 'number, total,missing' }, [ORDER]);
    expect(harness.sent()).toEqual([{ number: ORDER.number, total: ORDER.total }]);
  });

  it('sends all fields but the excluded ones with Map Automatically', async () => {
    await start({ include: 'except', excludeFields: 'lines, note' }, [ORDER]);
    expect(harness.sent()).toEqual([{ number: ORDER.number, total: ORDER.total, urgent: true }]);
  });

  it.each([
    ['a list', [{ number: 1 }]],
    ['an empty list', []],
    ['a text', 'PO-1'],
    ['a number', 12],
    ['a boolean', true],
  ])('refuses an item whose JSON is %s with Map Automatically, before any call', async (_, json) => {
    const run = await start({}, [ORDER, json]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringMatching(/^The JSON of the item is .*, not an object with fields/) as string },
    ]);
    expect(harness.requests()).toHaveLength(1);
    harness.gateway.calls = [];
    const stopped = await harness.start(TARGET, { input: [ORDER, json] });
    expect(stopped.error?.message).toMatch(/The JSON of the item is .* \[item 1\]/);
    expect(harness.gateway.calls).toEqual([]);
  });

  it('starts a Request without data for an empty item', async () => {
    await start({}, [{}]);
    expect(harness.sentTexts()).toEqual(['{}']);
    expect(harness.requests()).toHaveLength(1);
  });

  it.each([
    ['selected', { include: 'selected', includeFields: 'nothing of that kind' }],
    ['left', { include: 'except', excludeFields: 'number' }],
  ])('starts no Request when no field is %s', async (_, parameters) => {
    const run = await start(parameters, [{ number: 'PO-1' }]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(harness.gateway.calls).toEqual([]);
  });
});

describe('Define Below', () => {
  const assign = (...fields: Array<[name: string, value: unknown, type: string]>) => ({
    dataMode: 'defineBelow',
    fields: {
      assignments: fields.map(([name, value, type], id) => ({ id: String(id), name, value, type })),
    } as INodeParameters,
  });

  it('sends the typed values of Define Below, expressions among them', async () => {
    await start(
      assign(
        ['text', '={{ $json.number }}', 'string'],
        ['count', '7', 'number'],
        ['flag', 'true', 'boolean'],
        ['list', '[1,2]', 'array'],
        ['object', '={{ $json.lines[0] }}', 'object'],
      ),
      [ORDER],
    );
    expect(harness.sent()).toEqual([
      { text: 'PO-1', count: 7, flag: true, list: [1, 2], object: ORDER.lines[0] },
    ]);
  });

  it('reads dots in a name of Define Below as a path', async () => {
    await start(assign(['order.number', 'PO-1', 'string'], ['order.customer.name', 'ACME', 'string']));
    expect(harness.sent()).toEqual([{ order: { number: 'PO-1', customer: { name: 'ACME' } } }]);
  });

  it('refuses a value of Define Below that is not of its type', async () => {
    const run = await start(assign(['count', 'seven', 'number']));
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toContain('count');
    expect(harness.gateway.calls).toEqual([]);
  });

  it('does not let a name of Define Below reach the prototype of objects', async () => {
    await start(
      assign(['__proto__.polluted', 'yes', 'string'], ['constructor.prototype.polluted', 'yes', 'string']),
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('JSON', () => {
  it.each([
    ['text', JSON.stringify(ORDER)],
    ['an expression that gives an object', '={{ $json }}'],
    ['an expression that gives text', '={{ JSON.stringify($json) }}'],
    ['text with an expression in it', '={ "number": "{{ $json.number }}" }'],
  ])('sends JSON that is given as %s', async (_, jsonData) => {
    await start({ dataMode: 'json', jsonData }, [ORDER]);
    expect(harness.sent()).toEqual([expect.objectContaining({ number: 'PO-1' })]);
  });

  it('accepts an empty object as JSON', async () => {
    await start({ dataMode: 'json', jsonData: '{}' });
    expect(harness.sentTexts()).toEqual(['{}']);
  });

  it.each([
    '[1]',
    '"text"',
    '5',
    'true',
    'null',
    '{ "a": ',
    '',
    '   ',
    "{ 'a': 1 }",
    '={{ [1] }}',
    '={{ undefined }}',
  ])('refuses %j as JSON', async (jsonData) => {
    const run = await start({ dataMode: 'json', jsonData });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toMatch(/JSON/);
    expect(harness.gateway.calls).toEqual([]);
  });
});
