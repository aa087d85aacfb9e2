import { setTimeout as pause } from 'node:timers/promises';
import type { INodeParameters, IWorkflowBase } from 'n8n-workflow';
import { respond } from '../support/gateway';
import { killAt } from '../support/kill';
import { ERROR_OUTPUT, failedItems, locator, startWorkflow } from '../support/workflows';
import { useHarness } from '../support/harness';
import { itWith, itWithout } from '../support/features';

const it = itWith('a resume token');

// n8n is killed during the run, and the Retry button is used. The resume token is all that is left.
const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const options = { requestsInParallel: 1, recoveryWindow: 0, includeData: true };
const ITEMS = ['a', 'b', 'c', 'd'].map((number) => ({ number }));

const workflowOf = (parameters: INodeParameters = {}) =>
  startWorkflow({ ...TARGET, options, ...parameters }, ERROR_OUTPUT);

const kill = (workflow: IWorkflowBase, at: string, options: { input?: unknown[]; begun?: boolean } = {}) =>
  killAt(
    harness,
    at,
    (signal) => harness.run(workflow, { input: options.input ?? ITEMS, signal }),
    options.begun,
  );

const started = (number: string) => harness.requests().find(({ data }) => data.number === number)?.id;
const sent = () => harness.sent().map(({ number }) => number);

describe('the Retry button after a crash', () => {
  it.each([
    ['had carried out', true, ['a', 'b', 'c', 'd']],
    ['did not receive', false, ['a', 'b', 'b', 'c', 'd']],
  ])('starts each item once after a crash when ProcessMaker %s a start', async (_, begun, expected) => {
    const killed = await kill(workflowOf(), 'b', { begun });
    const run = await harness.retryAfterCrash(killed, ITEMS);
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(ITEMS.map(({ number }) => started(number)));
    expect(sent()).toEqual(expected);
    expect(harness.numbers()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('finds all Requests in one call after a crash in a later node, and starts nothing', async () => {
    const killed = await harness.run(workflowOf(), { input: ITEMS });
    const run = await harness.retryAfterCrash(killed, ITEMS);
    expect(run.items('ProcessMaker')).toEqual(killed.items('ProcessMaker'));
    expect(harness.starts()).toHaveLength(4);
    expect(harness.lookUps()).toHaveLength(1);
  });

  it('starts all items after a crash before the node', async () => {
    const workflow = workflowOf();
    const killed = await harness.run(workflow, { input: [] });
    await harness.retryAfterCrash(killed, ITEMS);
    expect(harness.numbers()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('finds the Requests of items that come back in another order after a crash', async () => {
    const killed = await kill(workflowOf(), 'c');
    const reordered = [...ITEMS].reverse();
    const run = await harness.retryAfterCrash(killed, reordered);
    expect(run.items('ProcessMaker')).toMatchObject(
      reordered.map((data) => ({ id: started(data.number), data })),
    );
    expect(harness.numbers()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('reports a changed item as unknown after a crash, and starts new items', async () => {
    const killed = await kill(workflowOf(), 'b');
    const run = await harness.retryAfterCrash(killed, [
      { number: 'a' },
      { number: 'changed' },
      { number: 'new' },
    ]);
    const lost = started('b');
    expect(failedItems(run)).toMatchObject([
      { input: { number: 'changed' }, outcome: 'unknown', requestId: lost },
    ]);
    expect(failedItems(run)[0]?.text).toMatch(new RegExp(`Request ${lost} in the place.*item 1.*again`, 's'));
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual([started('a'), started('new')]);
    expect(harness.numbers()).toEqual(['a', 'b', 'new']);
  });

  it.each([
    ['the same number of them', 4],
    ['fewer of them', 2],
    ['more of them', 6],
  ])('matches items with the same data by their count after a crash: %s', async (_, count) => {
    const same = (length: number) => Array.from({ length }, () => ({ number: 'same' }));
    const workflow = workflowOf();
    const killed = await harness.run(workflow, { input: same(4) });
    const run = await harness.retryAfterCrash(killed, same(count));
    const ids = run.items('ProcessMaker').map(({ id }) => id);
    expect(new Set(ids).size).toBe(count);
    expect(harness.requests()).toHaveLength(Math.max(4, count));
  });

  it('does not mistake a sub-process that inherited the data for the start', async () => {
    const same = [{ number: 'same' }, { number: 'same' }];
    const workflow = workflowOf({ process: locator('id', 17) });
    const killed = await kill(workflow, 'same', { input: same });
    expect(harness.requests().map(({ parentRequestId }) => parentRequestId !== null)).toEqual([false, true]);
    const run = await harness.retryAfterCrash(killed, same);
    const parents = harness.requests().filter(({ parentRequestId }) => parentRequestId === null);
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(parents.map(({ id }) => id));
    expect(parents).toHaveLength(2);
  });

  it('does not find the Requests of another execution', async () => {
    const killed = await harness.run(workflowOf(), { input: ITEMS });
    killed.data.resumeToken = 'of another execution';
    await harness.retryAfterCrash(killed, ITEMS);
    expect(harness.requests()).toHaveLength(8);
  });
});

describe('a Request that is found after a crash', () => {
  it.each([
    ['ERROR', 'startedInError', (id: number) => harness.server.failRequest(id, 'The script failed')],
    ['CANCELED', 'started', (id: number) => harness.server.cancelRequest(id)],
  ])('fails the item of a Request in status %s after a crash, with advice', async (status, outcome, end) => {
    const killed = await harness.run(workflowOf(), { input: [{ number: 'a' }, { number: 'b' }] });
    end(started('a') ?? 0);
    const run = await harness.retryAfterCrash(killed, [{ number: 'a' }, { number: 'b' }]);
    expect(failedItems(run)).toMatchObject([{ input: { number: 'a' }, outcome, requestId: started('a') }]);
    expect(failedItems(run)[0]?.text).toMatch(
      new RegExp(`status ${status}.*retry it in ProcessMaker.*run the workflow again`, 's'),
    );
    expect(run.items('ProcessMaker')).toMatchObject([{ id: started('b') }]);
    expect(harness.requests()).toHaveLength(2);
  });
});

describe('a start that is not found after a crash', () => {
  const withWindow = { ...options, recoveryWindow: 1 };

  it('sends starts that are not found after the recovery window, and looks all up in one call', async () => {
    const killed = await kill(workflowOf({ options: withWindow }), 'a', { begun: false });
    const began = Date.now();
    await harness.retryAfterCrash(killed, ITEMS);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
    expect(harness.numbers()).toEqual(['a', 'b', 'c', 'd']);
    expect(harness.lookUps()).toHaveLength(2);
  });

  it('does not send a start again that is found before the recovery window has passed', async () => {
    const killing = new AbortController();
    let late: (() => Promise<unknown>) | undefined;
    harness.treatOnce('a', (_response, forward) => {
      late = forward;
      killing.abort();
      return pause(100);
    });
    const workflow = workflowOf({ options: withWindow });
    const killed = await harness.run(workflow, { input: ITEMS.slice(0, 1), signal: killing.signal });
    void pause(500).then(() => late?.());
    const run = await harness.retryAfterCrash(killed, ITEMS.slice(0, 1));
    expect(run.items('ProcessMaker')).toMatchObject([{ id: started('a') }]);
    expect(harness.numbers()).toEqual(['a']);
    expect(harness.starts()).toHaveLength(1);
  });

  it.each([
    ['a refusal', respond(403, { message: 'This action is unauthorized.' })],
    ['an HTML page', respond(200, '<html></html>')],
    ['other JSON', respond(200, { created: true })],
  ])('sends nothing after a crash when the look-up gets %s', async (_, behaviour) => {
    const killed = await kill(workflowOf(), 'b');
    harness.gateway.treat = ({ method }) => (method === 'GET' ? behaviour : undefined);
    const run = await harness.retryAfterCrash(killed, ITEMS);
    expect(failedItems(run).map(({ outcome }) => outcome)).toEqual(Array(4).fill('unknown'));
    expect(failedItems(run)[0]?.text).toMatch(/could not be looked up, so nothing is started/);
    expect(harness.numbers()).toEqual(['a', 'b']);
  });

  it('sends nothing after a crash when a later look-up is refused, and keeps what was found', async () => {
    const killed = await kill(workflowOf({ options: withWindow }), 'b');
    harness.gateway.treat = ({ method }) =>
      method === 'GET' && harness.lookUps().length > 1
        ? respond(403, { message: 'Not any more.' })
        : undefined;
    const run = await harness.retryAfterCrash(killed, ITEMS);
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual([started('a'), started('b')]);
    expect(failedItems(run).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
    expect(harness.numbers()).toEqual(['a', 'b']);
  });
});

itWithout('a resume token')(
  'starts nothing by the Retry button after a crash, and reports every item as unknown',
  async () => {
    const killed = await kill(workflowOf(), 'b');
    const run = await harness.retryAfterCrash(killed, ITEMS);
    expect(failedItems(run).map(({ outcome }) => outcome)).toEqual(Array(4).fill('unknown'));
    expect(failedItems(run)[0]?.text).toMatch(/nothing is started.*Look in ProcessMaker/s);
    expect(harness.numbers()).toEqual(['a', 'b']);
  },
);
