import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { ownMaintenance, respond, resetBefore, thenDo } from '../../support/gateway';
import { startTasks, type WaitingTask } from '../../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { useHarness, type StartOptions } from '../../support/harness';

const harness = useHarness();

const byId = { request: locator('id', '={{ $json.requestId }}') };

const wait = (tasks: WaitingTask[], options: INodeParameters = {}, run: StartOptions = {}) =>
  harness.perform(
    'request wait',
    { ...byId, options },
    { input: tasks, user: 'admin', settings: ERROR_OUTPUT, ...run },
  );
const soon = (work: () => unknown) => setTimeout(() => void work(), 300);
const complete = (tasks: WaitingTask[], data: IDataObject = {}) =>
  Promise.all(tasks.map(({ id }) => harness.server.completeTask(id, data as never)));

it('returns each Request with its data when it has ended, in the order of the items', async () => {
  const tasks = await startTasks(harness, 3);
  await complete(tasks.slice(2));
  soon(() => complete(tasks.slice(0, 2), { approved: true }));
  const run = await wait(tasks);
  expect(run.items('ProcessMaker')).toMatchObject([
    { id: tasks[0]?.requestId, status: 'COMPLETED', data: { number: 0, approved: true } },
    { id: tasks[1]?.requestId, status: 'COMPLETED', data: { number: 1, approved: true } },
    { id: tasks[2]?.requestId, status: 'COMPLETED', data: { number: 2 } },
  ]);
  expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
    { item: 0 },
    { item: 1 },
    { item: 2 },
  ]);
});

it('reads the Requests of all items in one call in each poll', async () => {
  const tasks = await startTasks(harness, 30);
  let searches = 0;
  harness.gateway.treat = () => (searches++ === 0 ? thenDo(() => complete(tasks)) : undefined);
  const run = await wait(tasks);
  expect(run.items('ProcessMaker')).toHaveLength(30);
  // Two polls, and the results.
  expect(harness.lookUps()).toHaveLength(3);
});

it('waits for a Request by its case number, and leaves out its data when asked to', async () => {
  const [task] = await startTasks(harness);
  await complete([task as WaitingTask]);
  const parameters = {
    request: locator('caseNumber', '={{ $json.caseNumber }}'),
    options: { includeData: false },
  };
  const run = await harness.perform('request wait', parameters, { input: [task], user: 'admin' });
  expect(run.items('ProcessMaker')).toMatchObject([{ id: task?.requestId, status: 'COMPLETED' }]);
  expect(run.items('ProcessMaker')[0]).not.toHaveProperty('data');
});

describe('a Request that does not end well', () => {
  it('fails the item of a Request that ends in ERROR or CANCELED, and not the others', async () => {
    const tasks = await startTasks(harness, 3);
    const [first, second, third] = tasks as [WaitingTask, WaitingTask, WaitingTask];
    soon(() => {
      harness.server.failRequest(first.requestId, 'The script has stopped');
      harness.server.cancelRequest(second.requestId);
      return complete([third]);
    });
    const run = await wait(tasks);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: third.requestId }]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringContaining(
          `Request ${first.requestId} has ended in status ERROR: The script has stopped [item 0]`,
        ) as string,
        outcome: 'startedInError',
        requestId: first.requestId,
      },
      {
        text: expect.stringContaining(
          `Request ${second.requestId} has ended in status CANCELED [item 1]`,
        ) as string,
        outcome: 'started',
        requestId: second.requestId,
      },
    ]);
  });

  it('returns a Request that ends in ERROR or CANCELED with the option', async () => {
    const tasks = await startTasks(harness, 2);
    harness.server.failRequest(tasks[0]?.requestId ?? 0, 'Stopped');
    harness.server.cancelRequest(tasks[1]?.requestId ?? 0);
    const run = await wait(tasks, { returnErroredRequests: true });
    expect(run.items('ProcessMaker').map(({ status }) => status)).toEqual(['ERROR', 'CANCELED']);
  });

  it('ends the wait of all items at once when one fails and the node may not continue', async () => {
    const tasks = await startTasks(harness, 2);
    soon(() => harness.server.failRequest(tasks[1]?.requestId ?? 0, 'Stopped'));
    const began = Date.now();
    const run = await wait(tasks, {}, { settings: {} });
    expect(Date.now() - began).toBeLessThan(1900);
    expect(run.status).toBe('error');
    expect(run.error).toMatchObject({
      message: `Request ${tasks[1]?.requestId} has ended in status ERROR: Stopped [item 1]`,
      context: { itemIndex: 1, outcome: 'startedInError', requestId: tasks[1]?.requestId },
    });
  });
});

describe('the time limit', () => {
  it('fails the item and names the Request at the time limit', async () => {
    const tasks = await startTasks(harness, 2);
    soon(() => complete(tasks.slice(1)));
    const began = Date.now();
    const run = await wait(tasks, { timeLimit: 2 });
    expect(Date.now() - began).toBeLessThan(2900);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: tasks[1]?.requestId }]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringContaining(
          `Request ${tasks[0]?.requestId} was still ACTIVE after 2 seconds [item 0]`,
        ) as string,
        outcome: 'started',
        requestId: tasks[0]?.requestId,
      },
    ]);
  });

  it('returns the Request in its current state at the time limit with the option', async () => {
    const tasks = await startTasks(harness);
    const run = await wait(tasks, { timeLimit: 1, onTimeout: 'return' });
    expect(run.items('ProcessMaker')).toMatchObject([
      { id: tasks[0]?.requestId, status: 'ACTIVE', data: { number: 0 }, timedOut: true },
    ]);
  });

  it.each([
    ['0', /'Wait Time Limit' is not a number from 1 to 3600/],
    ['3601', /'Wait Time Limit' is not a number from 1 to 3600/],
    ['soon', /'Wait Time Limit' is not a number from 1 to 3600/],
  ])('refuses the time limit %s before any call', async (timeLimit, message) => {
    const run = await wait([{ id: 1, requestId: 1, caseNumber: 1 }], { timeLimit }, { settings: {} });
    expect(run.error?.message).toMatch(message);
    expect(harness.gateway.calls).toEqual([]);
  });
});

describe('canceling the execution', () => {
  it('ends the wait at once when the execution is canceled', async () => {
    const tasks = await startTasks(harness);
    const cancellation = new AbortController();
    setTimeout(() => cancellation.abort(), 300);
    const began = Date.now();
    const run = await wait(tasks, {}, { signal: cancellation.signal });
    expect(Date.now() - began).toBeLessThan(900);
    expect(run.status).toBe('canceled');
    expect(harness.lookUps()).toHaveLength(1);
  });
});

describe('a server that is away', () => {
  it.each([
    ['gives no response', resetBefore],
    ['is in maintenance', ownMaintenance()],
    ['is broken', respond(500, { message: 'Server Error' })],
  ])('goes on with the wait when the server %s for a while', async (_case, behaviour) => {
    const tasks = await startTasks(harness);
    harness.gateway.treat = () => behaviour;
    setTimeout(() => (harness.gateway.treat = () => undefined), 1500);
    soon(() => complete(tasks));
    const run = await wait(tasks, { timeLimit: 10 });
    expect(run.items('ProcessMaker')).toMatchObject([{ id: tasks[0]?.requestId, status: 'COMPLETED' }]);
  });

  it('reports an unknown state when the server is away until the time limit', async () => {
    const tasks = await startTasks(harness);
    harness.gateway.treat = () => resetBefore;
    const run = await wait(tasks, { timeLimit: 1, onTimeout: 'return' });
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(/^The status of Request \d+ after a second is not known/) as string,
        requestId: tasks[0]?.requestId,
        outcome: 'started',
      },
    ]);
  });

  it.each([
    ['does not know the token', respond(401, { error: 'Unauthenticated.' }), 401],
    ['is something else', respond(200, '<html></html>'), undefined],
  ])('ends the wait at once when the server %s', async (_case, behaviour, httpStatus) => {
    const tasks = await startTasks(harness);
    harness.gateway.treat = () => behaviour;
    const run = await wait(tasks);
    expect(failedItems(run)).toMatchObject([{ ...(httpStatus ? { httpStatus } : {}) }]);
    expect(harness.lookUps()).toHaveLength(1);
  });
});

describe('a Request that cannot be seen', () => {
  it('fails the item of a missing Request, and not the others', async () => {
    const tasks = await startTasks(harness);
    await complete(tasks);
    const missing = { id: 0, requestId: 999_999, caseNumber: 0 };
    const run = await wait([missing, ...tasks]);
    expect(run.items('ProcessMaker')).toHaveLength(1);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('There is no Request 999999 [item 0]') as string },
    ]);
  });

  it('reports that the user may not see the Request of a wait', async () => {
    const tasks = await startTasks(harness);
    const run = await wait(tasks, {}, { user: 'nobody' });
    expect(failedItems(run)).toMatchObject([{ httpStatus: 403, requestId: tasks[0]?.requestId }]);
  });
});

it('waits again when n8n runs the node again, and only reads', async () => {
  const tasks = await startTasks(harness);
  const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
  setTimeout(() => void complete(tasks), 1500);
  const run = await wait(tasks, { timeLimit: 1 }, { settings });
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
  expect(harness.gateway.calls.every(({ method }) => method === 'GET')).toBe(true);
});
