import { setTimeout as pause } from 'node:timers/promises';
import type { INodeParameters } from 'n8n-workflow';
import { respond } from '../support/gateway';
import type { Behaviour } from '../support/gateway';
import { ID_OPERATIONS } from '../support/id-operations';
import { startTasks } from '../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

// What became of a change is seen in ProcessMaker: a 500 says nothing about it.
const harness = useHarness({ queue: 'sync', reassigns: true });

const ofGateway = respond(500, { message: 'An unexpected error occurred' });
const ofProcessMaker = respond(500, { message: 'Server Error' });

const CHANGES = [
  'request cancel',
  'request complete',
  'request delete',
  'request updateData',
  'task reassign',
  'file delete',
].map((name) => {
  const operation = ID_OPERATIONS.find((one) => one.operation === name && one.change);
  if (!operation?.change) throw new Error(`There is no change '${name}'.`);
  return { name, ...operation, change: operation.change };
});

describe.each(CHANGES)('$name', ({ operation, parameters, prepare, user, change }) => {
  /** Performs it on one thing; the call that makes the change is treated in this way. */
  async function perform(behaviour: Behaviour) {
    const [item = {}] = await prepare(harness, 1);
    harness.gateway.calls = [];
    harness.gateway.treat = (call) => (change.isSent(call, item) ? behaviour : undefined);
    const run = await harness.perform(operation, parameters, { input: [item], user, settings: ERROR_OUTPUT });
    return { run, item, sent: harness.gateway.calls.filter((call) => change.isSent(call, item)) };
  }

  it.each([
    ['a gateway', ofGateway],
    ['ProcessMaker itself', ofProcessMaker],
  ])('is found to be made that comes two seconds after a 500 of %s', async (_, behaviour) => {
    const { run, item, sent } = await perform(async (response, forward) => {
      await behaviour(response, forward);
      await pause(2_000);
      await forward();
    });
    expect(failedItems(run)).toEqual([]);
    expect(run.items('ProcessMaker')).toMatchObject([change.gives(item)]);
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['a gateway', ofGateway],
    ['ProcessMaker itself', ofProcessMaker],
  ])('is unknown when it is not seen for three seconds after a 500 of %s', async (_, behaviour) => {
    const began = Date.now();
    const { run, item, sent } = await perform(behaviour);
    expect(Date.now() - began).toBeGreaterThanOrEqual(3_000);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown', httpStatus: 500 }]);
    expect(failedItems(run)[0]?.text).toContain('look there before you repeat it');
    expect(change.isMade(harness, item)).toBe(false);
    expect(sent).toHaveLength(1);
  });
});

it.each([
  ['a gateway', ofGateway],
  ['ProcessMaker itself', ofProcessMaker],
])('leaves an event unknown after a 500 of %s, without a second call', async (_, behaviour) => {
  const waiting = { process: locator('id', 13), startEvent: locator('id', 'node_1') };
  const [request] = (await harness.start(waiting)).items('ProcessMaker');
  harness.gateway.calls = [];
  harness.gateway.treat = ({ method }) => (method === 'POST' ? behaviour : undefined);
  const parameters: INodeParameters = {
    request: locator('id', Number(request?.id)),
    event: locator('id', 'node_4'),
    dataMode: 'json',
    jsonData: '{}',
  };
  const run = await harness.perform('request triggerEvent', parameters, { settings: ERROR_OUTPUT });
  expect(failedItems(run)).toMatchObject([{ outcome: 'unknown', httpStatus: 500 }]);
  expect(harness.gateway.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
});

describe('Tasks whose completion is lost', () => {
  const complete = async (behaviour: Behaviour, count: number) => {
    const tasks = await startTasks(harness, count);
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? behaviour : undefined);
    const parameters = { task: locator('id', '={{ $json.id }}'), dataMode: 'json', jsonData: '{}' };
    const run = await harness.perform('task complete', parameters, { input: tasks, settings: ERROR_OUTPUT });
    return { run, lookUps: harness.lookUps().length - 1 };
  };

  it('are read together until each is found', async () => {
    const { run, lookUps } = await complete(async (response, forward) => {
      await ofGateway(response, forward);
      await pause(2_500);
      await forward();
    }, 5);
    expect(run.items('ProcessMaker')).toHaveLength(5);
    expect(lookUps).toBeLessThanOrEqual(4);
    expect(harness.gateway.calls.filter(({ method }) => method === 'PUT')).toHaveLength(5);
  });

  it('are unknown some seconds after a 500 of ProcessMaker itself', async () => {
    const began = Date.now();
    const { run, lookUps } = await complete(ofProcessMaker, 5);
    expect(Date.now() - began).toBeLessThan(6_000);
    expect(failedItems(run).map(({ outcome }) => outcome)).toEqual(Array(5).fill('unknown'));
    expect(lookUps).toBeLessThanOrEqual(5);
  });
});

describe('a retry after a crash of n8n that cannot reach ProcessMaker', () => {
  it.each(CHANGES)('leaves $name unknown that was made before', async ({ operation, ...of }) => {
    const [item = {}] = await of.prepare(harness, 1);
    const settings = { input: [item], user: of.user, settings: ERROR_OUTPUT };
    const killed = await harness.perform(operation, of.parameters, settings);
    harness.gateway.treat = () => respond(401, { message: 'Unauthenticated.' });
    const run = await harness.retryAfterCrash(killed, [item], of.user);
    expect(failedItems(run)).toMatchObject([
      { outcome: 'unknown', text: expect.stringContaining('kept no record') as string },
    ]);
    expect(of.change.isMade(harness, item)).toBe(true);
  });
});

describe('a Request that somebody deletes after a crash of n8n', () => {
  it('is unknown to a retry of a change that was made before', async () => {
    const operation = CHANGES.find(({ name }) => name === 'request updateData');
    const [item = {}] = (await operation?.prepare(harness, 1)) ?? [];
    const parameters = operation?.parameters ?? {};
    const killed = await harness.perform('request updateData', parameters, {
      input: [item],
      user: operation?.user,
    });
    await harness.perform(
      'request delete',
      { request: locator('id', '={{ $json.id }}') },
      {
        input: [item],
        user: 'admin',
      },
    );
    const run = await harness.retryAfterCrash(killed, [item], operation?.user);
    expect(run.error?.message).toContain('There is no Request');
    expect(run.error).toHaveProperty('context.outcome', 'unknown');
  });
});

describe('a Task that was reassigned before a crash of n8n', () => {
  const toOther = { task: locator('id', '={{ $json.id }}'), user: locator('id', 4) };

  it('is unknown to a retry whose user may not see it any more', async () => {
    const [task] = await startTasks(harness);
    const killed = await harness.perform('task reassign', toOther, { input: [task], settings: ERROR_OUTPUT });
    expect(killed.items('ProcessMaker')).toMatchObject([{ id: task?.id, assignee: { id: 4 } }]);
    const run = await harness.retryAfterCrash(killed, [task]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown', httpStatus: 403 }]);
  });

  it('is unknown to a retry when it has been completed since', async () => {
    const [task] = await startTasks(harness);
    const settings = { input: [task], user: 'admin' as const, settings: ERROR_OUTPUT };
    const killed = await harness.perform('task reassign', toOther, settings);
    await harness.server.completeTask(Number(task?.id), {});
    const run = await harness.retryAfterCrash(killed, [task], 'admin');
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('already completed') as string, outcome: 'unknown' },
    ]);
  });
});

it('reports a file as refused that ProcessMaker refused with a 500', async () => {
  const operation = ID_OPERATIONS.find((one) => one.operation === 'file upload');
  const [item = {}] = (await operation?.prepare(harness, 1)) ?? [];
  harness.gateway.treat = ({ method }) =>
    method === 'POST' ? respond(500, { errors: { message: '' } }) : undefined;
  const run = await harness.perform('file upload', operation?.parameters ?? {}, {
    input: [item],
    binaries: operation?.binary && [operation.binary],
    user: 'admin',
    settings: ERROR_OUTPUT,
  });
  expect(failedItems(run)).toMatchObject([
    { outcome: 'notDone', text: expect.stringContaining('It gave no reason') as string },
  ]);
});
