import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { resources } from '../../nodes/ProcessMaker/actions/resources';
import { itWith } from '../support/features';
import { useHarness } from '../support/harness';
import type { Run } from '../support/run';
import { answerOf, callTool, shownParameters, TOOL_TYPES } from '../support/tool';
import { locator } from '../support/workflows';

const harness = useHarness({ reassigns: true });

/** Those with 'Simplify' in the panel of a node. */
const OPERATIONS = [
  ['file', 'getAll'],
  ['process', 'get'],
  ['process', 'getAll'],
  ['request', 'cancel'],
  ['request', 'complete'],
  ['request', 'get'],
  ['request', 'getAll'],
  ['request', 'retry'],
  ['request', 'start'],
  ['request', 'triggerEvent'],
  ['request', 'updateData'],
  ['request', 'wait'],
  ['task', 'complete'],
  ['task', 'get'],
  ['task', 'getAll'],
  ['task', 'reassign'],
  ['user', 'getAll'],
] as const;

const optionsOf = (nodeType: string, given: INodeParameters) =>
  shownParameters(harness.engine, nodeType, given, 'options')
    .filter(({ name }) => name === 'simplify' || name === 'outputFields')
    .map(({ displayName, type, default: initial }) => ({ displayName, type, default: initial }));

describe('the panel', () => {
  it.each(OPERATIONS)("shows 'Simplify' for %s %s in a node", (resource, operation) => {
    expect(optionsOf('processMaker', { resource, operation })).toEqual([
      { displayName: 'Simplify', type: 'boolean', default: true },
    ]);
  });

  it("shows 'Simplify' in no other operation", () => {
    const all = resources.flatMap(({ value: resource, operations }) =>
      operations.map(({ value }) => [resource, value] as const),
    );
    const simplified = all.filter(
      ([resource, operation]) => optionsOf('processMaker', { resource, operation }).length > 0,
    );
    expect(simplified.sort()).toEqual([...OPERATIONS].sort());
  });

  describe.each(TOOL_TYPES)('of the type %s', (nodeType) => {
    it.each(OPERATIONS)("shows 'Output' in place of 'Simplify' for %s %s", (resource, operation) => {
      expect(optionsOf(nodeType, { resource, operation })).toEqual([
        { displayName: 'Output', type: 'options', default: true },
      ]);
      expect(optionsOf(nodeType, { resource, operation, options: { simplify: 'selected' } })).toContainEqual({
        displayName: 'Fields',
        type: 'string',
        default: '',
      });
    });
  });
});

/** The items that a tool has given its agent. */
function itemsOf(run: Run): IDataObject[] {
  return (run.tasks('Tool')[0]?.data?.ai_tool?.[0] ?? []).map(({ json }) => json);
}

const startOne = async (data: IDataObject, process = 2) => {
  await harness.start({ process: locator('id', process) }, { input: [data] });
  return harness.requests().at(-1)?.id ?? 0;
};
const selected = (outputFields: unknown, others: INodeParameters = {}) => ({
  options: { simplify: 'selected', outputFields, ...others } as INodeParameters,
});

describe('a tool', () => {
  it.each([
    ["of before, with 'Simplify' switched off", { options: { simplify: false } }, true],
    ["of before, with 'Simplify' switched on", { options: { simplify: true } }, false],
    ['without options', {}, false],
  ])('%s gives its agent the same as ever', async (_, parameters, isRaw) => {
    const id = await startOne({ number: 'PO-1' });
    const run = await callTool(harness, {
      resource: 'request',
      operation: 'get',
      request: locator('id', id),
      ...parameters,
    });
    expect(answerOf(run)).toContain(isRaw ? 'callable_id' : 'caseNumber');
    expect(answerOf(run)).not.toContain(isRaw ? 'caseNumber' : 'callable_id');
  });

  it('gives only the selected fields, simplified or raw ones, and always the id', async () => {
    const id = await startOne({ order: { amount: 12, note: 'x' } });
    const run = await callTool(harness, {
      resource: 'request',
      operation: 'get',
      request: locator('id', id),
      ...selected('status, callable_id,data.order.amount, nothing', { includeData: true }),
    });
    expect(itemsOf(run)).toEqual([
      { id, status: 'ACTIVE', callable_id: expect.anything() as unknown, data: { order: { amount: 12 } } },
    ]);
  });

  it('gives a whole field of which a part is selected too, and leaves the data as it is', async () => {
    const id = await startOne({ order: { amount: 12, note: 'x' } });
    const run = await callTool(harness, {
      resource: 'request',
      operation: 'get',
      request: locator('id', id),
      ...selected(['data.order.amount', 'data', '__proto__.polluted'], { includeData: true }),
    });
    expect(itemsOf(run)).toEqual([{ id, data: { order: { amount: 12, note: 'x' } } }]);
  });

  it.each<[string, INodeParameters, string]>([
    ['process get', { process: locator('id', 2) }, 'name'],
    ['process getAll', { show: 'all' }, 'name'],
    ['user getAll', {}, 'username'],
    ['task getAll', {}, 'name'],
    ['request getAll', {}, 'caseNumber'],
  ])('gives only the selected field of %s', async (name, parameters, field) => {
    await startOne({});
    const [resource = '', operation = ''] = name.split(' ');
    const run = await callTool(
      harness,
      { resource, operation, ...parameters, ...selected(field) },
      undefined,
      { user: 'operator' },
    );
    const items = itemsOf(run);
    expect(items.length).toBeGreaterThan(0);
    for (const item of items) expect(Object.keys(item).sort()).toEqual(['id', field].sort());
  });

  it('waits for the Request that it starts, whatever fields are selected, and says what it adds itself', async () => {
    const run = await callTool(harness, {
      process: locator('id', 4),
      dataMode: 'json',
      jsonData: '{}',
      waitFor: 'finish',
      ...selected('completedAt', { idempotencyKey: 'A-1' }),
    });
    const id = harness.requests()[0]?.id;
    const given = { id, completedAt: expect.stringMatching(/^\d{4}/) as string };
    expect(itemsOf(run)).toEqual([given]);
    const again = await callTool(harness, {
      process: locator('id', 4),
      dataMode: 'json',
      jsonData: '{}',
      ...selected('completedAt', { idempotencyKey: 'A-1' }),
    });
    expect(itemsOf(again)).toEqual([{ ...given, alreadyStarted: true }]);
  });

  itWith('the answer of a failing tool to its agent')(
    'says that no field is named before anything is sent',
    async () => {
      const run = await callTool(harness, {
        process: locator('id', 4),
        dataMode: 'json',
        jsonData: '{}',
        ...selected(' , '),
      });
      expect(answerOf(run)).toMatch(/The option 'Fields' names no field/);
      expect(harness.starts()).toEqual([]);
    },
  );
});

it('gives the selected fields of a Task, also when it is completed and reassigned', async () => {
  const id = await startOne({});
  const all = await harness.perform('task getAll', { filters: { request: locator('id', id) } });
  const task = Number(all.items('ProcessMaker')[0]?.id);
  const run = async (operation: string, parameters: INodeParameters = {}) => {
    const given = { resource: 'task', operation, task: locator('id', task), ...parameters };
    const called = await callTool(
      harness,
      { ...given, ...selected('requestStatus, element_id') },
      {},
      { user: 'admin' },
    );
    return itemsOf(called);
  };
  const element = { id: task, element_id: expect.stringMatching(/./) as string };
  expect(await run('get')).toEqual([element]);
  expect(await run('reassign', { user: locator('id', 5) })).toEqual([element]);
  expect(await run('complete', { dataMode: 'json', jsonData: '{}' })).toEqual([
    { ...element, requestStatus: 'COMPLETED' },
  ]);
});
