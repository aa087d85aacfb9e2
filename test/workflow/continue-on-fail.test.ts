import { failedItem, isFailedItem } from '../support/failed-item';
import { respond, delay } from '../support/gateway';
import { createWorkflow, ERROR_OUTPUT, failedItems, locator, PROCESS_MAKER } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const ITEMS = [{ number: 'a' }, { number: 'b' }, { number: 'c' }, { number: 'd' }, { number: 'e' }];

/** Refuses the starts whose data has one of these numbers, and delays the others. */
function failFor(...numbers: string[]): void {
  harness.gateway.treat = ({ method, body }) => {
    if (method !== 'POST') return undefined;
    const { number } = JSON.parse(body) as { number: string };
    return numbers.includes(number) ? respond(403, { message: 'This action is unauthorized.' }) : delay(30);
  };
}

describe('Continue (Using Error Output)', () => {
  it('runs every item with the error output, and gives failed items with their input and details', async () => {
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

  it('merges a failed item with all fields of its input item', async () => {
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
    'does not take an item for failed because its input has the field error: %j',
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

  it('starts a failed item in a second node after the error output', async () => {
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

  it('names the item in the message of each failed item', async () => {
    failFor('b', 'd');
    const run = await harness.start(TARGET, { input: ITEMS, settings: ERROR_OUTPUT });
    expect(failedItems(run).map(({ text }) => /\[item (\d)\]/.exec(text)?.[1])).toEqual(['1', '3']);
  });

  it('runs the valid items when others cannot be sent', async () => {
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
  it('gives every item in input order with Continue, failed items included', async () => {
    failFor('b');
    const run = await harness.start(TARGET, { input: ITEMS, settings: { onError: 'continueRegularOutput' } });
    const items = run.items('ProcessMaker');
    expect(items).toHaveLength(5);
    expect(items.map(isFailedItem)).toEqual([false, true, false, false, false]);
    // Older versions of n8n recognize a failed item by its single key.
    expect(Object.keys(items[1] ?? {})).toEqual(['error']);
    expect(failedItem(items[1] ?? {})).toMatchObject({ input: {}, httpStatus: 403, outcome: 'notStarted' });
    expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
      ITEMS.map((_, item) => ({ item })),
    );
  });
});

describe('Stop Workflow', () => {
  it('begins no further start until it is known what became of one', async () => {
    let starts = 0;
    harness.gateway.treat = ({ method }) =>
      method === 'POST' && ++starts === 1 ? respond(500, { message: 'Server Error' }) : undefined;
    const input = Array.from({ length: 12 }, (_, number) => ({ number }));
    const run = await harness.start({ ...TARGET, options: { recoveryWindow: 0 } }, { input });
    expect(run.error?.message).toContain('item 0');
    expect(starts).toBe(5);
    expect(harness.requests()).toHaveLength(4);
  });

  it('sends no further start with Stop Workflow after a failed item, and lists the started Requests', async () => {
    failFor('c');
    const run = await harness.start({ ...TARGET, options: { requestsInParallel: 1 } }, { input: ITEMS });
    expect(run.status).toBe('error');
    expect(harness.starts()).toHaveLength(3);
    expect(harness.requests()).toHaveLength(2);
    const text = `${run.error?.message} ${run.error?.description}`;
    for (const { id } of harness.requests()) expect(text).toMatch(new RegExp(`\\b${id}\\b`));
    expect(run.error?.message).toContain('item 2');
  });

  it('lets running starts end with Stop Workflow, and lists their Requests too', async () => {
    failFor('a');
    const run = await harness.start({ ...TARGET, options: { requestsInParallel: 3 } }, { input: ITEMS });
    expect(harness.starts()).toHaveLength(3);
    expect(harness.requests()).toHaveLength(2);
    const text = `${run.error?.message} ${run.error?.description}`;
    for (const { id } of harness.requests()) expect(text).toMatch(new RegExp(`\\b${id}\\b`));
  });

  it('starts nothing with Stop Workflow when an item cannot be sent', async () => {
    const run = await harness.start(TARGET, { input: [{ number: 'a' }, { number: 'b' }, { _parent: {} }] });
    expect(run.status).toBe('error');
    expect(run.error?.message).toContain('item 2');
    expect(harness.gateway.calls).toEqual([]);
  });
});
