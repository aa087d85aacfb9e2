import { startProcessMaker, type JsonObject, type ProcessMaker, type TokenName } from '../../processmaker';

let processMaker: ProcessMaker;

async function call(token: TokenName, method: string, path: string, body?: JsonObject) {
  const response = await fetch(`${processMaker.url}/api/1.0${path}`, {
    method,
    headers: { Authorization: `Bearer ${processMaker.tokens[token]}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as JsonObject) };
}

async function start(processId: number, event: string, data: JsonObject = {}): Promise<number> {
  const { body } = await call('limited', 'POST', `/process_events/${processId}?event=${event}`, data);
  return Number(body?.['id']);
}

const stored = (id: number) => processMaker.requests().find((request) => request.id === id);

async function becomes(id: number, status: string): Promise<void> {
  const end = Date.now() + 5_000;
  while (stored(id)?.status !== status && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(stored(id)?.status).toBe(status);
}

beforeEach(async () => {
  processMaker = await startProcessMaker();
});

afterEach(() => processMaker.close());

test('data is merged key by key, and needs its own permission', async () => {
  const id = await start(2, 'node_1', { a: 1, nested: { x: 1, y: 2 } });
  const data = { nested: { x: '<b> 3 </b>' }, b: '' };
  expect(await call('limited', 'PUT', `/requests/${id}`, { data })).toEqual({
    status: 403,
    body: { message: 'Not authorized to edit request data.' },
  });
  expect((await call('nobody', 'PUT', `/requests/${id}`, { data })).status).toBe(403);
  expect(await call('operator', 'PUT', `/requests/${id}`, { data })).toEqual({
    status: 204,
    body: undefined,
  });
  expect(stored(id)?.data).toMatchObject({ a: 1, nested: { x: '<b> 3 </b>' }, b: null });
  expect(stored(id)?.data['nested']).not.toHaveProperty('y');
  expect((await call('operator', 'PUT', `/requests/${id}`, { data, name: 'x' })).status).toBe(422);
});

test('data that is put into a Request is trimmed, and markup stays', async () => {
  const id = await start(2, 'node_1', { keep: 1 });
  const data = { e: '', p: ' x ', h: '<b>x</b>', m: '{{ x }}', o: {}, list: [' y '] };
  expect((await call('admin', 'PUT', `/requests/${id}`, { data })).status).toBe(204);
  const { body } = await call('admin', 'GET', `/requests/${id}?include=data`);
  expect(body?.['data']).toEqual({
    keep: 1,
    e: null,
    p: 'x',
    h: '<b>x</b>',
    m: '{{ x }}',
    o: [],
    list: ['y'],
  });
});

test('callers that update the data at the same time overwrite each other', async () => {
  await processMaker.close();
  processMaker = await startProcessMaker({ changeMs: 500 });
  const id = await start(2, 'node_1');
  const updates = ['a', 'b', 'c', 'd'].map((key) =>
    call('admin', 'PUT', `/requests/${id}`, { data: { [key]: 1 } }),
  );
  expect((await Promise.all(updates)).map(({ status }) => status)).toEqual([204, 204, 204, 204]);
  const kept = Object.keys(stored(id)?.data ?? {}).filter((key) => !key.startsWith('_'));
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(4);
});

test('a Request is completed by hand only from ERROR, and only by an administrator', async () => {
  const active = await start(2, 'node_1');
  expect((await call('admin', 'PUT', `/requests/${active}`, { status: 'COMPLETED' })).status).toBe(422);
  processMaker.failRequest(active, 'broken');
  expect((await call('limited', 'PUT', `/requests/${active}`, { status: 'COMPLETED' })).status).toBe(403);
  expect((await call('admin', 'PUT', `/requests/${active}`, { status: 'COMPLETED' })).status).toBe(204);
  expect(stored(active)?.status).toBe('COMPLETED');
});

test('a Request that is completed is called CANCELED when it is canceled', async () => {
  const id = await start(4, 'node_1');
  expect((await call('admin', 'PUT', `/requests/${id}`, { status: 'CANCELED' })).status).toBe(204);
  expect(stored(id)?.status).toBe('CANCELED');
});

test('a body that names everything replaces it, any other is told what it lacks', async () => {
  const id = await start(2, 'node_1', { a: 1 });
  const fields = { name: 'New', data: { b: 2 }, process_id: 2 };
  expect((await call('limited', 'PUT', `/requests/${id}`, fields)).status).toBe(204);
  expect(stored(id)).toMatchObject({ processName: 'New', data: { b: 2 } });
  expect(await call('limited', 'PUT', `/requests/${id}`, { status: 'CLOSED', data: {} })).toEqual({
    status: 422,
    body: {
      message: 'The Name field is required. (and 3 more errors)',
      errors: {
        name: ['The Name field is required.'],
        data: ['The Data field is required.'],
        status: ['The selected Status is invalid.'],
        process_id: ['The Process id field is required.'],
      },
    },
  });
});

test('a script that failed is retried, and goes on where scripts can run', async () => {
  const id = await start(26, 'due');
  await becomes(id, 'ERROR');
  const refusal = async (token: TokenName) => (await call(token, 'PUT', `/requests/${id}/retry`)).body;
  expect(await refusal('limited')).toEqual({ message: 'Not authorized to complete this request.' });
  expect(await refusal('nobody')).toEqual({ message: 'This action is unauthorized.' });
  expect((await call('admin', 'PUT', `/requests/${id}/retry`)).body).toMatchObject({ success: true });
  expect(stored(id)?.status).toBe('ERROR');
  processMaker.scriptsRun = true;
  await call('admin', 'PUT', `/requests/${id}/retry`);
  await becomes(id, 'ACTIVE');
  expect(await call('admin', 'PUT', `/requests/${id}/retry`)).toEqual({
    status: 422,
    body: { message: 'Only requests with ERROR status can be retried', success: false },
  });
});

test('a Request is deleted by its requester, once', async () => {
  const id = await start(2, 'node_1');
  expect((await call('nobody', 'DELETE', `/requests/${id}`)).status).toBe(403);
  expect((await call('limited', 'DELETE', `/requests/${id}`)).status).toBe(204);
  expect((await call('limited', 'DELETE', `/requests/${id}`)).status).toBe(404);
  expect(processMaker.tasks()).toEqual([]);
});

test('anybody triggers an event that waits, once, and its data is merged', async () => {
  const id = await start(24, 'ordered', { order: 7 });
  expect((await call('nobody', 'POST', `/requests/${id}/events/nothing`, {})).status).toBe(500);
  expect((await call('nobody', 'POST', `/requests/${id}/events/ordered`, {})).status).toBe(404);
  expect(await call('nobody', 'POST', `/requests/${id}/events/delivered`, { note: ' <b>n</b> ' })).toEqual({
    status: 200,
    body: [],
  });
  expect(stored(id)?.data).toMatchObject({ order: 7, note: 'n' });
  expect((await call('nobody', 'POST', `/requests/${id}/events/delivered`, {})).status).toBe(404);
});
