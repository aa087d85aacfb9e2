import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Behaviour } from '../support/gateway';
import { delay, respond, thenRespond } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { makeNodeThrow, THROWS_AT_ONCE, THROWS_WHEN_RETURNED } from '../support/unforeseen';
import { useHarness } from '../support/harness';

// A response of which nobody thought makes the node itself throw.
const harness = useHarness();

beforeAll(makeNodeThrow);

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const throws = (status: number): Behaviour => respond(status, THROWS_AT_ONCE);
/** The list as the server gives it, each Request with such data. */
const withBadData: Behaviour = async (response, forward) => {
  const { status, headers, body } = await forward();
  const list = JSON.parse(body) as { data: IDataObject[] };
  const data = list.data.map((request) => ({ ...request, data: THROWS_WHEN_RETURNED }));
  response.writeHead(status, headers).end(JSON.stringify({ ...list, data }));
};
const ITEMS = Array.from({ length: 300 }, (_, number) => ({ number: String(number) }));

/** The start of this item throws in the node once ProcessMaker has made it; the others take a while. */
function throwFor(number: string): void {
  harness.gateway.treat = ({ method, body }) => {
    if (method !== 'POST') return undefined;
    return (JSON.parse(body) as IDataObject).number === number ? thenRespond(throws(201)) : delay(50);
  };
}

const keyOf = (number: string) =>
  String(harness.sentKeys()[harness.sent().findIndex((data) => data.number === number)]);

describe('a start whose response makes the node throw', () => {
  it('ends the run when the starts under way have ended, and says how to find each', async () => {
    throwFor('2');
    const run = await harness.start(TARGET, { input: ITEMS });
    expect(run.status).toBe('error');
    expect(run.error?.message).toContain('[item 2]');
    expect(run.error?.description).toContain(`data._n8n_key = "${keyOf('2')}"`);
    const sent = harness.starts().length;
    expect(sent).toBeLessThanOrEqual(10);
    expect(harness.requests()).toHaveLength(sent);
    const text = `${run.error?.message} ${run.error?.description}`;
    for (const { id, data } of harness.requests()) {
      if (data.number !== '2') expect(text).toMatch(new RegExp(`\\b${id}\\b`));
    }
  });

  it('leaves only its own item unknown where the node may continue', async () => {
    throwFor('2');
    const run = await harness.start(TARGET, { input: ITEMS.slice(0, 20), settings: ERROR_OUTPUT });
    expect(run.items('ProcessMaker')).toHaveLength(19);
    expect(failedItems(run)).toMatchObject([{ input: { number: '2' }, outcome: 'unknown' }]);
    expect(failedItems(run)[0]?.text).toContain(`data._n8n_key = "${keyOf('2')}"`);
    expect(harness.requests()).toHaveLength(20);
  });

  it('is found when n8n runs the node again', async () => {
    let isFirst = true;
    harness.gateway.treat = ({ method }) => {
      if (method !== 'POST' || !isFirst) return undefined;
      isFirst = false;
      return thenRespond(throws(201));
    };
    const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
    const run = await harness.start(TARGET, { input: ITEMS.slice(0, 3), settings });
    expect(run.items('ProcessMaker')).toHaveLength(3);
    expect(harness.starts()).toHaveLength(3);
  });
});

it('accounts for lost starts whose look-up makes the node throw', async () => {
  harness.gateway.treat = ({ method }) => (method === 'POST' ? respond(502, '<html></html>') : throws(200));
  const run = await harness.start(TARGET, { input: ITEMS.slice(0, 3), settings: ERROR_OUTPUT });
  expect(failedItems(run).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown']);
  for (const { text, input } of failedItems(run)) {
    expect(text).toContain(`data._n8n_key = "${keyOf(input.number as string)}"`);
  }
});

describe('what is thrown before anything is sent', () => {
  const keyed: INodeParameters = { ...TARGET, options: { idempotencyKey: '={{ "u" + $json.number }}' } };

  it('fails every item as not started where the node may continue', async () => {
    harness.gateway.treat = () => throws(200);
    const run = await harness.start(keyed, { input: ITEMS.slice(0, 3), settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject(
      ITEMS.slice(0, 3).map((input) => ({ input, outcome: 'notStarted' })),
    );
    expect(harness.starts()).toEqual([]);
  });

  it('fails every item as not started when the list of processes makes the node throw', async () => {
    harness.gateway.treat = () => throws(200);
    const byName = { process: locator('name', 'A single start with form') };
    const run = await harness.start(byName, { input: ITEMS.slice(0, 3), settings: ERROR_OUTPUT });
    expect(failedItems(run).map(({ outcome }) => outcome)).toEqual(Array(3).fill('notStarted'));
  });

  it('accounts for an item whose Request is known and for one that is not', async () => {
    const options = { idempotencyKey: '={{ "known" + $json.number }}', includeData: true };
    const parameters = { ...TARGET, options };
    await harness.start(parameters, { input: ITEMS.slice(0, 1) });
    harness.gateway.treat = ({ method, path }) =>
      method === 'GET' && path.includes('/requests?') ? withBadData : undefined;
    const run = await harness.start(parameters, { input: ITEMS.slice(0, 2), settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([
      { outcome: 'started', requestId: harness.requests()[0]?.id },
      { outcome: 'notStarted' },
    ]);
    expect(harness.requests()).toHaveLength(1);
  });

  it('ends the run with the item that it is about', async () => {
    harness.gateway.treat = () => throws(200);
    const run = await harness.start(keyed, { input: ITEMS.slice(0, 3) });
    expect(run.error?.message).toContain('[item 0]');
    expect(run.error).toMatchObject({ context: { outcome: 'notStarted' } });
  });
});

it('leaves a change unknown whose response makes the node throw, and begins no other', async () => {
  const started = await harness.start(TARGET, { input: ITEMS.slice(0, 20) });
  harness.gateway.calls = [];
  let puts = 0;
  harness.gateway.treat = ({ method }) => {
    if (method !== 'PUT') return undefined;
    return ++puts === 3 ? thenRespond(throws(200)) : delay(50);
  };
  const tasks = started
    .items('ProcessMaker')
    .map(({ activeTask }) => ({ id: (activeTask as IDataObject).id }));
  const parameters = { task: locator('id', '={{ $json.id }}'), dataMode: 'json', jsonData: '{}' };
  const run = await harness.perform('task complete', parameters, { input: tasks });
  expect(run.error?.message).toMatch(/\[item \d+\]$/);
  expect(run.error).toMatchObject({ context: { outcome: 'unknown' } });
  expect(puts).toBeLessThanOrEqual(10);
  expect(run.error).toHaveProperty('description', expect.stringContaining('Carried out before: items'));
});
