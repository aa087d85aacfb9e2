import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../processmaker';
import { openApi, type Api } from './api';

let api: Api;

async function errorsOf(id: number): Promise<Json[]> {
  const { body } = await api.call('admin', 'GET', `/requests/${id}`);
  return (body['errors'] as Json[] | null) ?? [];
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
    response.end('{}');
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
