import { failedItem, isFailedItem } from '../support/failed-item';
import { respond, delay } from '../support/gateway';
import { createWorkflow, ERROR_OUTPUT, failedItems, locator, PROCESS_MAKER } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const ITEMS = [{ number: 'a' }, { number: 'b' }, { number: 'c' }, { number: 'd' }, { number: 'e' }];

/** Lets the starts fail whose data has one of these numbers; each start takes its time. */
function failFor(...numbers: string[]): void {
  harness.gateway.treat = ({ method, body }) => {
    if (method !== 'POST') return undefined;
    const { number } = JSON.parse(body) as { number: string };
    return numbers.includes(number) ? respond(403, { message: 'This action is unauthorized.' }) : delay(30);
  };
}

describe('Continue (Using Error Output)', () => {
  it('runs every item, and gives failed ones with their own data and what is known', async () => {
    failFor('b', 'd');
    const run = await harness.start(TARGET, { input: ITEMS, settings: ERROR_OUTPUT });
    expect(run.status).toBe('success');
    expect(run.items('ProcessMaker')).toHaveLength(3);
    expect(failedItems(run)).toEqual(
      ['b', 'd'].map((number) => ({
        input: { number },
        message: expect.any(String) as string,
        description: expect.any(String) as string,
        text: expect.any(String) as string,
        httpStatus: 403,
        outcome: 'notStarted',
      })),
    );
    expect(run.outputs('ProcessMaker').map((items) => items.map(({ pairedItem }) => pairedItem))).toEqual([
      [{ item: 0 }, { item: 2 }, { item: 4 }],
      [{ item: 1 }, { item: 3 }],
    ]);
    expect(harness.requests()).toHaveLength(3);
  });

  it('merges a failed item with all fields of the item that went in', async () => {
    failFor('b');
    const own = { number: 'b', order: { id: 7 }, details: 'mine', message: 'mine', outcome: 'mine' };
    const run = await harness.start(TARGET, { input: [{ number: 'a' }, own], settings: ERROR_OUTPUT });
    expect(run.items('ProcessMaker', 1)).toEqual([
      {
        ...own,
        error: {
          message: expect.stringMatching(/ \[item 1\]$/) as string,
          description: expect.stringMatching(/\.$/) as string,
          httpStatus: 403,
          outcome: 'notStarted',
        },
      },
    ]);
  });

  it.each(['from before', { message: 'from before', outcome: 'unknown' }, true, null])(
    'is not misled by a field error that an item comes in with: %j',
    async (error) => {
      failFor('b');
      const input = ['a', 'b', 'c'].map((number) => ({ number, error }));
      const run = await harness.start(TARGET, { input, settings: ERROR_OUTPUT });
      expect(run.items('ProcessMaker').filter(isFailedItem)).toEqual([]);
      expect(run.items('ProcessMaker')).toHaveLength(2);
      expect(failedItems(run)).toMatchObject([
        { input: { number: 'b' }, httpStatus: 403, outcome: 'notStarted' },
      ]);
      expect(JSON.stringify(run.outputs('ProcessMaker'))).not.toContain('from before');
      expect(harness.requests().map(({ data }) => data)).toMatchObject([input[0], input[2]]);
    },
  );

  it('starts a failed item in a node behind the error output', async () => {
    harness.treatOnce('b', respond(403, { message: 'This action is unauthorized.' }));
    const workflow = createWorkflow(
      [
        { name: 'Start', type: 'test.start' },
        { name: 'ProcessMaker', type: PROCESS_MAKER, parameters: TARGET, ...ERROR_OUTPUT },
        { name: 'Second', type: PROCESS_MAKER, parameters: TARGET, ...ERROR_OUTPUT },
      ],
      [
        ['Start', 'ProcessMaker'],
        ['ProcessMaker', 'Second', 1],
      ],
    );
    const run = await harness.run(workflow, { input: ITEMS });
    expect(run.items('Second')).toHaveLength(1);
    expect(run.items('Second', 1)).toEqual([]);
    expect(harness.numbers().sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('names the item in each message', async () => {
    failFor('b', 'd');
    const run = await harness.start(TARGET, { input: ITEMS, settings: ERROR_OUTPUT });
    expect(failedItems(run).map(({ text }) => /\[item (\d)\]/.exec(text)?.[1])).toEqual(['1', '3']);
  });

  it('runs the good items when others cannot even be sent', async () => {
    const run = await harness.start(TARGET, {
      input: [{ _parent: {} }, { number: 'b' }],
      settings: ERROR_OUTPUT,
    });
    expect(run.items('ProcessMaker')).toHaveLength(1);
    expect(failedItems(run)).toHaveLength(1);
    expect(harness.requests()).toMatchObject([{ data: { number: 'b' } }]);
  });
});

describe('Continue', () => {
  it('gives every item in its place', async () => {
    failFor('b');
    const run = await harness.start(TARGET, { input: ITEMS, settings: { onError: 'continueRegularOutput' } });
    const items = run.items('ProcessMaker');
    expect(items).toHaveLength(5);
    expect(items.map(isFailedItem)).toEqual([false, true, false, false, false]);
    // By the single key, also an older n8n knows a failed item.
    expect(Object.keys(items[1] ?? {})).toEqual(['error']);
    expect(failedItem(items[1] ?? {})).toMatchObject({ input: {}, httpStatus: 403, outcome: 'notStarted' });
    expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
      ITEMS.map((_, item) => ({ item })),
    );
  });
});

describe('Stop Workflow', () => {
  it('begins no new start, and lists the Requests that were started', async () => {
    failFor('c');
    const run = await harness.start({ ...TARGET, options: { requestsInParallel: 1 } }, { input: ITEMS });
    expect(run.status).toBe('error');
    expect(harness.starts()).toHaveLength(3);
    expect(harness.requests()).toHaveLength(2);
    const text = `${run.error?.message} ${run.error?.description}`;
    for (const { id } of harness.requests()) expect(text).toMatch(new RegExp(`\\b${id}\\b`));
    expect(run.error?.message).toContain('item 2');
  });

  it('lets running starts end, and lists them too', async () => {
    failFor('a');
    const run = await harness.start({ ...TARGET, options: { requestsInParallel: 3 } }, { input: ITEMS });
    expect(harness.starts()).toHaveLength(3);
    expect(harness.requests()).toHaveLength(2);
    const text = `${run.error?.message} ${run.error?.description}`;
    for (const { id } of harness.requests()) expect(text).toMatch(new RegExp(`\\b${id}\\b`));
  });

  it('starts nothing at all when an item cannot be sent', async () => {
    const run = await harness.start(TARGET, { input: [{ number: 'a' }, { number: 'b' }, { _parent: {} }] });
    expect(run.status).toBe('error');
    expect(run.error?.message).toContain('item 2');
    expect(harness.gateway.calls).toEqual([]);
  });
});
