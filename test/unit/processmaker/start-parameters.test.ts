import { openApi, type Api } from './api';

let api: Api;

const START = '/process_events/2?event=node_1&include=data,activeTasks';

const count = (): number => api.processMaker.requests().length;

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.processMaker.close());

test.each(['vip', 7, true, null])('a field `include` with %p counts as the parameter', async (include) => {
  const { status, body } = await api.call('limited', 'POST', START, { include });
  expect(status).toBe(201);
  expect(body).not.toHaveProperty('data');
  expect(body).not.toHaveProperty('active_tasks');
});

test('a list in a field `include` breaks the response, and the Request is started', async () => {
  expect((await api.call('limited', 'POST', START, { include: ['data'] })).status).toBe(500);
  expect(count()).toBe(1);
});

test.each([
  ['get', 404],
  ['PUT', 405],
  ['foo', 405],
  ['a b', 400],
])('a field `_method` with %p counts as the method, and nothing is started', async (method, status) => {
  expect((await api.call('limited', 'POST', START, { _method: method })).status).toBe(status);
  expect(count()).toBe(0);
});

test('a field `_method` that is no text or an empty one is data, and a list is refused', async () => {
  expect((await api.call('limited', 'POST', START, { _method: 5 })).status).toBe(201);
  expect((await api.call('limited', 'POST', START, { _method: '' })).status).toBe(201);
  expect((await api.call('limited', 'POST', START, { _method: ['PUT'] })).status).toBe(400);
  expect((await api.call('limited', 'POST', START, { _method: 'POST' })).body).toHaveProperty('data');
});

test('a method that is not supported is answered with those that are', async () => {
  for (const method of ['PUT', 'foo']) {
    const { headers } = await api.call('limited', 'POST', START, { _method: method });
    expect(headers.get('allow')).toBe('GET, HEAD, POST');
  }
});

test('a field `_method` counts when an event is triggered too', async () => {
  const id = await api.start(24, 'ordered');
  const path = `/requests/${id}/events/delivered`;
  expect((await api.call('limited', 'POST', path, { _method: 'PUT' })).status).toBe(405);
  expect((await api.call('limited', 'POST', path, { note: 1 })).status).toBe(200);
});

test('a number beyond what can be stored breaks the start, and nothing is started', async () => {
  expect((await api.call('limited', 'POST', START, '{"a":1e400}')).status).toBe(500);
  expect(count()).toBe(0);
});

test('maintenance tells when to come again only where that was set', async () => {
  api.processMaker.maintenance = true;
  expect((await api.call('limited', 'POST', START, {})).headers.get('retry-after')).toBe('60');
  await api.processMaker.close();
  api = await openApi({ maintenanceRetrySeconds: null });
  api.processMaker.maintenance = true;
  const { headers, text } = await api.call('limited', 'POST', START, {});
  expect(headers.get('retry-after')).toBeNull();
  expect(text).toBe('{\n    "message": "Service Unavailable"\n}');
});
