import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, JsonObject, ProcessMakerOptions } from '../../processmaker';
import { attemptsProcess } from '../../support/attempts';
import { openApi, type Api } from './api';

let api: Api;

async function errorsOf(id: number): Promise<Json[]> {
  const { body } = await api.call('admin', 'GET', `/requests/${id}`);
  return Object.values((body['errors'] as Json[] | JsonObject | null) ?? []);
}

/** A Request whose script has failed, when the failure has been noted twice. */
async function failed(): Promise<number> {
  const id = await api.start(26, 'due');
  await api.becomes(id, 'ERROR');
  while ((await errorsOf(id)).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  return id;
}

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.processMaker.close());

test('a failure of a script is noted twice, with the failing token', async () => {
  const id = await failed();
  expect(await errorsOf(id)).toHaveLength(2);
  const { body } = await api.call(
    'admin',
    'GET',
    `/tasks?process_request_id=${id}&all_tasks=true&order_by=id`,
  );
  expect(body['data']).toMatchObject([
    { element_type: 'startEvent', status: 'TRIGGERED', advanceStatus: 'triggered' },
    { element_type: 'scriptTask', status: 'FAILING', token_properties: { error: [] }, user_id: null },
  ]);
});

/** Holds up the queue of scripts with one whose call is answered when the function is called that it returns. */
async function holdUpScripts(): Promise<() => void> {
  const held = new EventEmitter();
  const receiver = createServer((_request, response) => void held.emit('call', response));
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const called = once(held, 'call') as Promise<[ServerResponse]>;
  api.processMaker.scriptsRun = true;
  await api.start(42, 'received', { _n8n_resume_url: `http://127.0.0.1:${port}/` });
  const [response] = await called;
  return () => {
    response.end('{"woken":true}');
    receiver.close();
  };
}

test('a Request that is retried stays in ERROR without errors until the script has ended', async () => {
  const id = await failed();
  const release = await holdUpScripts();
  expect(await api.call('admin', 'PUT', `/requests/${id}/retry`)).toMatchObject({
    status: 200,
    body: { message: [`Retrying ScriptTask (collect) for Request::${id}`], success: true },
  });
  expect((await api.call('admin', 'GET', `/requests/${id}`)).body).toMatchObject({
    status: 'ERROR',
    errors: [],
  });
  api.processMaker.scriptsRun = false;
  release();
  while ((await errorsOf(id)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await errorsOf(id)).toHaveLength(1);
  api.processMaker.scriptsRun = true;
  await api.call('admin', 'PUT', `/requests/${id}/retry`);
  await api.becomes(id, 'ACTIVE');
});

test('every further retry of a Request runs its script once more', async () => {
  const id = await failed();
  api.processMaker.scriptsHeld = true;
  for (let retries = 0; retries < 2; retries++) await api.call('admin', 'PUT', `/requests/${id}/retry`);
  expect((await api.call('admin', 'GET', `/requests/${id}`)).body).toMatchObject({
    status: 'ERROR',
    errors: [],
  });
  api.processMaker.scriptsHeld = false;
  while (api.processMaker.scriptRuns.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(api.processMaker.scriptRuns).toEqual([id, id, id]);
});

test('a retry between the two notes of a failure leaves the second one while the script runs again', async () => {
  await api.processMaker.close();
  api = await openApi({ betweenErrorsMs: 500 });
  const id = await api.start(26, 'due');
  await api.becomes(id, 'ERROR');
  expect(await errorsOf(id)).toHaveLength(1);
  await api.call('admin', 'PUT', `/requests/${id}/retry`);
  expect(await errorsOf(id)).toHaveLength(0);
  api.processMaker.scriptsRun = true;
  while ((await errorsOf(id)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await api.becomes(id, 'ACTIVE');
});

test('only an administrator retries, only from ERROR, and only scripts', async () => {
  const active = await api.start(2, 'node_1');
  expect(await api.call('operator', 'PUT', `/requests/${active}/retry`)).toMatchObject({
    status: 403,
    body: { message: 'Not authorized to complete this request.' },
  });
  expect((await api.call('admin', 'PUT', `/requests/${active}/retry`)).status).toBe(422);
  const { body } = await api.call('admin', 'POST', '/process_events/16?event=node_1', {});
  expect((await api.call('admin', 'PUT', `/requests/${Number(body['id'])}/retry`)).body).toEqual({
    message: ['No tasks available to retry'],
    success: false,
  });
});

test('an administrator completes a task that nobody could be given, and the Request goes on', async () => {
  const { body } = await api.call('admin', 'POST', '/process_events/16?event=node_1', {});
  const task = api.processMaker.tasks().find(({ requestId }) => requestId === body['id']);
  expect(task?.status).toBe('FAILING');
  const done = await api.call('admin', 'PUT', `/tasks/${task?.id}`, { status: 'COMPLETED', data: {} });
  expect(done).toMatchObject({ status: 200, body: { process_request: { status: 'COMPLETED' } } });
});

describe('a script that the server tries again by itself', () => {
  const SCRIPT = 'script';
  const open = async (options: ProcessMakerOptions = {}): Promise<void> => {
    await api.processMaker.close();
    api = await openApi({ secondMs: 100, ...options });
    api.processMaker.scriptsRun = true;
  };
  const visit = async (id: number): Promise<JsonObject> =>
    (await api.call('limited', 'GET', `/requests/${id}/tokens?element_id=${SCRIPT}`)).body;
  const start = async (
    data: JsonObject,
    handling?: Parameters<typeof attemptsProcess>[0],
  ): Promise<number> => {
    const { id } = await api.processMaker.addProcess(attemptsProcess(handling));
    return await api.start(id, 'begin', data);
  };
  const runs = (): number => api.processMaker.scriptRuns.length;

  test('is in ERROR between its attempts with an ACTIVE token, and keeps its errors when it is COMPLETED', async () => {
    await open();
    const id = await start({ failures: 1 }, { retry_attempts: 2, retry_wait_time: 5 });
    await api.becomes(id, 'ERROR');
    expect(await visit(id)).toMatchObject({ status: 'ACTIVE', user_id: null, completed_at: null });
    expect(await errorsOf(id)).toHaveLength(1);
    await api.becomes(id, 'COMPLETED');
    expect(await visit(id)).toMatchObject({ status: 'CLOSED' });
    expect(await errorsOf(id)).toHaveLength(1);
    expect(runs()).toBe(2);
  });

  test('has a FAILING token after its last attempt, which is noted twice', async () => {
    await open();
    const id = await start({ failures: 9 }, { retry_attempts: 2, retry_wait_time: 1 });
    while ((await errorsOf(id)).length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await visit(id)).toMatchObject({ status: 'FAILING' });
    expect((await errorsOf(id)).map((error) => (error as JsonObject)['message'])).toEqual([
      expect.stringContaining('always fails'),
      expect.stringContaining('always fails'),
      'Job failed after 3 total attempts',
      'Job failed after 3 total attempts',
    ]);
    expect(runs()).toBe(3);
  });

  test('is killed when it takes longer than its timeout', async () => {
    await open();
    api.processMaker.scriptsHeld = true;
    const id = await start({}, { timeout: 1 });
    await api.becomes(id, 'ERROR');
    expect(await errorsOf(id)).toMatchObject([{ message: 'Killed' }]);
  });

  test('has a FAILING token all the time when it was retried by hand, and is noted once for each attempt', async () => {
    await open();
    const id = await start({ failures: 4 }, { retry_attempts: 1, retry_wait_time: 3 });
    while ((await errorsOf(id)).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    await api.call('admin', 'PUT', `/requests/${id}/retry`);
    while ((await errorsOf(id)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await errorsOf(id)).toHaveLength(1);
    expect(await visit(id)).toMatchObject({ status: 'FAILING' });
    while ((await errorsOf(id)).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await errorsOf(id)).toMatchObject([{}, { message: 'Job failed after 2 total attempts' }]);
  });

  test('runs twice at a time when it is retried by hand between its attempts', async () => {
    await open();
    const id = await start({ failures: 1 }, { retry_attempts: 1, retry_wait_time: 3 });
    await api.becomes(id, 'ERROR');
    api.processMaker.scriptsHeld = true;
    expect((await api.call('admin', 'PUT', `/requests/${id}/retry`)).body).toMatchObject({ success: true });
    while (runs() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    api.processMaker.scriptsHeld = false;
    await api.becomes(id, 'COMPLETED');
  });

  test('runs with all its attempts inside of the start on the sync queue', async () => {
    await open({ queue: 'sync' });
    const id = await start({ failures: 1 }, { retry_attempts: 1, retry_wait_time: 60 });
    await api.becomes(id, 'COMPLETED');
  });
});

test('the latest visit of an element is shown since 4.7, and only to those who may see the Request', async () => {
  const id = await api.start(2, 'node_1');
  const path = `/requests/${id}/tokens?element_id=node_2`;
  expect((await api.call('limited', 'GET', path)).body).toMatchObject({ status: 'ACTIVE', user_id: 3 });
  expect((await api.call('nobody', 'GET', path)).status).toBe(403);
  expect((await api.call('limited', 'GET', `/requests/${id}/tokens`)).status).toBe(422);
  expect((await api.call('limited', 'GET', `${path}x`)).status).toBe(404);
  await api.processMaker.close();
  api = await openApi({ version: '4.6.0' });
  await api.start(2, 'node_1');
  expect((await api.call('limited', 'GET', path)).status).toBe(404);
});

test('a Request in ERROR goes on when somebody completes a Task beside the script that has failed', async () => {
  const { id: process } = await api.processMaker.addProcess(attemptsProcess({}, 'withTask'));
  const id = await api.start(process, 'begin', { failures: 1 });
  while ((await errorsOf(id)).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const task = api.processMaker
    .tasks()
    .find(({ requestId, elementType }) => requestId === id && elementType === 'task');
  await api.call('limited', 'PUT', `/tasks/${task?.id}`, { status: 'COMPLETED', data: {} });
  await api.becomes(id, 'ACTIVE');
});

test('what is left of other elements after a retry by hand is an object by their ids, and later failures have numbers', async () => {
  await api.processMaker.close();
  api = await openApi({ secondMs: 100 });
  api.processMaker.scriptsRun = true;
  const { id: process } = await api.processMaker.addProcess(
    attemptsProcess({ retry_attempts: 1, retry_wait_time: 1 }, 'withScript'),
  );
  const id = await api.start(process, 'begin', { failures: 1, others: 3 });
  while ((await errorsOf(id)).length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  const errors = async (): Promise<Json | undefined> =>
    (await api.call('limited', 'GET', `/requests/${id}`)).body['errors'];
  await api.call('admin', 'PUT', `/requests/${id}/retry`);
  expect(await errors()).toEqual({ script: expect.objectContaining({ element_id: 'script' }) as Json });
  while ((await errorsOf(id)).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await errors()).toMatchObject({ 0: { element_id: 'other' }, script: {} });
  await api.becomes(id, 'COMPLETED');
});
