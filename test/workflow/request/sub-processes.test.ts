import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { bpmn, endEvent, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { respond } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { StartOptions } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const BY_ID = { request: locator('id', '={{ $json.id }}') };
const soon = (work: () => unknown) => setTimeout(() => void work(), 300);

interface Case {
  /** The Requests of the case, the one that it began with first. */
  ids: [number, number, ...number[]];
  /** The Task at which the last of them waits. */
  taskId: number;
}

const callActivity = (id: string, processId: number) => ({
  type: 'callActivity',
  id,
  name: 'Sub',
  attributes: { calledElement: `ProcessId-${processId}` },
  pm: { config: JSON.stringify({ processId, startEvent: 'node_1', name: 'Sub' }) },
});

/** A Request whose process calls another one, which may be the one that calls process 2. */
async function startCase(processId = 17): Promise<Case> {
  const process = { process: locator('id', processId), startEvent: locator('id', 'node_1') };
  const run = await harness.start(process);
  const first = Number(run.items('ProcessMaker')[0]?.id);
  const ids = harness
    .requests()
    .map(({ id }) => id)
    .filter((id) => id >= first);
  const task = harness.server.tasks().find(({ requestId }) => requestId === ids.at(-1));
  harness.gateway.calls = [];
  return { ids: ids as Case['ids'], taskId: task?.id ?? 0 };
}

/** A process that calls the one that calls process 2. */
async function nested(): Promise<number> {
  const elements = [
    startEvent('node_1', 'Start', '3'),
    callActivity('node_2', 17),
    endEvent('node_3', 'End'),
  ];
  const xml = bpmn(elements, line('node_1', 'node_2', 'node_3'));
  return (await harness.server.addProcess({ name: `Nested ${Math.random()}`, bpmn: xml })).id;
}

const statuses = ({ ids }: Case) =>
  ids.map((id) => harness.requests().find((request) => request.id === id)?.status);
const perform = (
  operation: string,
  input: unknown[],
  parameters: INodeParameters = {},
  run: StartOptions = {},
) =>
  harness.perform(
    operation,
    { ...BY_ID, ...parameters },
    { input, user: 'admin', settings: ERROR_OUTPUT, ...run },
  );
const complete = (taskId: number) =>
  perform('task complete', [{}], { task: locator('id', taskId), dataMode: 'json', jsonData: '{}' });
const wait = (id: number, parameters: INodeParameters = {}, run: StartOptions = {}) =>
  perform('request wait', [{ id }], parameters, run);

describe('a Request with a sub-process', () => {
  it('ends the sub-process as COMPLETED when its Request is canceled', async () => {
    const started = await startCase();
    const run = await perform('request cancel', [{ id: started.ids[0] }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: started.ids[0], status: 'CANCELED' }]);
    expect(statuses(started)).toEqual(['CANCELED', 'COMPLETED']);
  });

  it('goes on when the Request of its sub-process is canceled', async () => {
    const started = await startCase();
    await perform('request cancel', [{ id: started.ids[1] }]);
    expect(statuses(started)).toEqual(['COMPLETED', 'CANCELED']);
  });

  it('is deleted with its sub-process, and waits for ever for one that is deleted', async () => {
    const started = await startCase();
    const stuck = await startCase();
    const run = await perform('request delete', [{ id: started.ids[0] }, { id: stuck.ids[1] }]);
    expect(run.items('ProcessMaker')).toEqual([{ deleted: true }, { deleted: true }]);
    expect(statuses(started)).toEqual([undefined, undefined]);
    expect(statuses(stuck)).toEqual(['ACTIVE', undefined]);
  });
});

describe('a sub-process whose parent is canceled', () => {
  it.each([
    ['its parent', 0, undefined],
    ['the parent of its parent', 0, 'nested'],
    ['its parent, itself a sub-process', 1, 'nested'],
  ])('makes Task > Complete say that the Task is closed since %s is CANCELED', async (_, index, isNested) => {
    const started = await startCase(isNested === undefined ? undefined : await nested());
    const canceled = started.ids[index] ?? 0;
    harness.server.cancelRequest(canceled);
    const run = await complete(started.taskId);
    expect(failedItems(run)).toMatchObject([
      {
        message: `Task ${started.taskId} is closed, since Request ${canceled} is in status CANCELED, and its Request ${started.ids.at(-1)} is a sub-process of it [item 0]`,
        outcome: 'notDone',
      },
    ]);
  });

  it('does not make Task > Complete deny that the Task was completed before', async () => {
    const started = await startCase();
    await harness.server.completeTask(started.taskId, {});
    const later = new Date(Date.now() + 60_000).toISOString().replace(/\.\d+Z$/, '+00:00');
    harness.gateway.treat = ({ method, path }) =>
      method === 'GET' && path.startsWith('/api/1.0/requests')
        ? respond(200, {
            data: [{ id: started.ids[0], status: 'CANCELED', completed_at: later, parent_request_id: null }],
            meta: { last_page: 1, total: 1 },
          })
        : undefined;
    const run = await complete(started.taskId);
    expect(failedItems(run)).toMatchObject([
      { message: expect.stringContaining('was already completed at') as string },
    ]);
  });

  it('does not let a Task count as completed by an earlier attempt that was closed with its parent', async () => {
    const { ids, taskId } = await startCase();
    const parameters = { task: locator('id', '={{ $json.id }}'), dataMode: 'json', jsonData: '{}' };
    const killed = await perform('task complete', [{ id: 999_999 }], parameters);
    harness.server.cancelRequest(ids[0]);
    const run = await harness.retryAfterCrash(killed, [{ id: taskId }], 'admin');
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
  });

  it('makes Wait for its end fail, and say that it is COMPLETED since its parent is CANCELED', async () => {
    const { ids } = await startCase();
    soon(() => harness.server.cancelRequest(ids[0]));
    const run = await wait(ids[1]);
    expect(failedItems(run)).toMatchObject([
      {
        message: `Request ${ids[1]} has ended in status COMPLETED, since Request ${ids[0]}, of which it is a sub-process, is in status CANCELED [item 0]`,
        outcome: 'started',
        requestId: ids[1],
      },
    ]);
  });

  it('is returned by Wait with the status of its parent where that is asked for', async () => {
    const { ids } = await startCase();
    harness.server.cancelRequest(ids[0]);
    const run = await wait(ids[1], { options: { returnErroredRequests: true } });
    expect(run.items('ProcessMaker')).toMatchObject([
      { id: ids[1], status: 'COMPLETED', parentStatus: 'CANCELED' },
    ]);
  });

  it('makes Wait for a Task say that its parent is CANCELED', async () => {
    const { ids } = await startCase();
    soon(() => harness.server.cancelRequest(ids[0]));
    const run = await wait(ids[1], { waitFor: 'task', taskElement: 'later' });
    expect(failedItems(run)).toMatchObject([
      {
        message: expect.stringMatching(
          /has ended in status COMPLETED, since Request \d+, of which it is a sub-process, is in status CANCELED/,
        ) as string,
      },
    ]);
  });

  it('is not told apart by Wait from one that has ended by itself for a user who may not see its parent', async () => {
    const { ids } = await startCase();
    harness.server.cancelRequest(ids[0]);
    harness.gateway.treat = ({ path }) =>
      path.includes(`${ids[0]}`) ? respond(403, { message: 'This action is unauthorized.' }) : undefined;
    const run = await wait(ids[1]);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: ids[1], status: 'COMPLETED' }]);
  });
});

it('returns the end of a sub-process whose parent goes on as COMPLETED', async () => {
  const { ids, taskId } = await startCase();
  await harness.server.completeTask(taskId, {});
  const run = await wait(ids[1]);
  expect(run.items('ProcessMaker')).toMatchObject([{ id: ids[1], status: 'COMPLETED' }]);
  expect(run.items('ProcessMaker')[0]).not.toHaveProperty('parentStatus');
});

it('says that a sub-process has ended with its parent where a callback is to be waited for', async () => {
  const { ids } = await startCase();
  harness.server.cancelRequest(ids[0] ?? 0);
  const run = await wait(ids[1] ?? 0, { waitFor: 'callback' });
  expect(failedItems(run)).toMatchObject([
    {
      message: `Request ${ids[1]} has ended in status COMPLETED, since Request ${ids[0]}, of which it is a sub-process, is in status CANCELED [item 0]`,
    },
  ]);
});

describe('waiting for a Task of a sub-process', () => {
  const forTask = (id: number, taskElement = '', options: IDataObject = {}) =>
    wait(id, { waitFor: 'task', taskElement, options: options as INodeParameters });

  it.each(['', 'Form Task'])('returns the Task of a sub-process that is given as "%s"', async (element) => {
    const { ids, taskId } = await startCase();
    const run = await forTask(ids[0], element);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: taskId, requestId: ids[1], status: 'ACTIVE' }]);
  });

  it('takes the ID of an element for one of the Request itself, not of a sub-process that has it too', async () => {
    const { ids } = await startCase();
    const run = await forTask(ids[0], 'node_2', { timeLimit: 2, onTimeout: 'return' });
    expect(run.items('ProcessMaker')).toMatchObject([{ id: ids[0], timedOut: true }]);
  });

  it('returns the Task of a sub-process of a sub-process, and no Task of another case', async () => {
    await startCase();
    const started = await startCase(await nested());
    const run = await perform(
      'request wait',
      started.ids.map((id) => ({ id })),
      { waitFor: 'task' },
    );
    const found = { id: started.taskId, requestId: started.ids[2] };
    expect(run.items('ProcessMaker')).toMatchObject([found, found, found]);
  });

  it('returns the Task of a sub-process to whoever has started its parent, also when others have it', async () => {
    const { ids } = await startCase();
    const run = await wait(ids[0], { waitFor: 'task' }, { user: 'limited' });
    expect(run.items('ProcessMaker')).toMatchObject([{ requestId: ids[1] }]);
  });

  it('goes on waiting while the sub-processes cannot be read for a while', async () => {
    const { ids, taskId } = await startCase();
    let failures = 1;
    harness.gateway.treat = ({ path }) =>
      path.includes('parent_request_id') && failures-- > 0 ? respond(503, '<html>') : undefined;
    const run = await forTask(ids[0], '', { timeLimit: 5 });
    expect(run.items('ProcessMaker')).toMatchObject([{ id: taskId }]);
  });

  it('needs no call more than for the Tasks of the Request itself', async () => {
    const process = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
    const [request] = (await harness.start(process)).items('ProcessMaker');
    harness.gateway.calls = [];
    await forTask(Number(request?.id));
    expect(harness.lookUps()).toHaveLength(2);
  });
});
