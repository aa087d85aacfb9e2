import { isFailedItem } from '../support/failed-item';
import { answer, delay } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useWorld } from '../support/world';

const world = useWorld();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const ITEMS = [{ number: 'a' }, { number: 'b' }, { number: 'c' }, { number: 'd' }, { number: 'e' }];

/** Lets the starts fail whose data has one of these numbers; each start takes its time. */
function failFor(...numbers: string[]): void {
  world.gateway.treat = ({ method, body }) => {
    if (method !== 'POST') return undefined;
    const { number } = JSON.parse(body) as { number: string };
    return numbers.includes(number) ? answer(403, { message: 'This action is unauthorized.' }) : delay(30);
  };
}

describe('Continue (Using Error Output)', () => {
  it('runs every item, and gives failed ones with their own data and what is known', async () => {
    failFor('b', 'd');
    const run = await world.start(TARGET, { input: ITEMS, settings: ERROR_OUTPUT });
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
    expect(world.requests()).toHaveLength(3);
  });

  it('names the item in each message', async () => {
    failFor('b', 'd');
    const run = await world.start(TARGET, { input: ITEMS, settings: ERROR_OUTPUT });
    expect(failedItems(run).map(({ text }) => /\[item (\d)\]/.exec(text)?.[1])).toEqual(['1', '3']);
  });

  it('runs the good items when others cannot even be sent', async () => {
    const run = await world.start(TARGET, {
      input: [{ _parent: {} }, { number: 'b' }],
      settings: ERROR_OUTPUT,
    });
    expect(run.items('ProcessMaker')).toHaveLength(1);
    expect(failedItems(run)).toHaveLength(1);
    expect(world.requests()).toMatchObject([{ data: { number: 'b' } }]);
  });
});

describe('Continue', () => {
  it('gives every item in its place', async () => {
    failFor('b');
    const run = await world.start(TARGET, { input: ITEMS, settings: { onError: 'continueRegularOutput' } });
    const items = run.items('ProcessMaker');
    expect(items).toHaveLength(5);
    expect(items.map(isFailedItem)).toEqual([false, true, false, false, false]);
    expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
      ITEMS.map((_, item) => ({ item })),
    );
  });
});

describe('Stop Workflow', () => {
  it('begins no new start, and lists the Requests that were started', async () => {
    failFor('c');
    const run = await world.start({ ...TARGET, options: { requestsInParallel: 1 } }, { input: ITEMS });
    expect(run.status).toBe('error');
    expect(world.starts()).toHaveLength(3);
    expect(world.requests()).toHaveLength(2);
    const text = `${run.error?.message} ${run.error?.description}`;
    for (const { id } of world.requests()) expect(text).toMatch(new RegExp(`\\b${id}\\b`));
    expect(run.error?.message).toContain('item 2');
  });

  it('lets running starts end, and lists them too', async () => {
    failFor('a');
    const run = await world.start({ ...TARGET, options: { requestsInParallel: 3 } }, { input: ITEMS });
    expect(world.starts()).toHaveLength(3);
    expect(world.requests()).toHaveLength(2);
    const text = `${run.error?.message} ${run.error?.description}`;
    for (const { id } of world.requests()) expect(text).toMatch(new RegExp(`\\b${id}\\b`));
  });

  it('starts nothing at all when an item cannot be sent', async () => {
    const run = await world.start(TARGET, { input: [{ number: 'a' }, { number: 'b' }, { _parent: {} }] });
    expect(run.status).toBe('error');
    expect(run.error?.message).toContain('item 2');
    expect(world.gateway.calls).toEqual([]);
  });
});
