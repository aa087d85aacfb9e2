import type { JsonObject } from '../../processmaker';
import { openApi, type Api } from './api';

let api: Api;

const dataOf = (id: number): JsonObject =>
  api.processMaker.requests().find((request) => request.id === id)?.data ?? {};

const taskOf = (id: number): number =>
  api.processMaker.tasks().find(({ requestId }) => requestId === id)?.id ?? 0;

const complete = (id: number, data: JsonObject) =>
  api.call('limited', 'PUT', `/tasks/${taskOf(id)}`, { status: 'COMPLETED', data });

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.processMaker.close());

test('at a task the data holds whose it is, and the Request; when it is completed both are gone', async () => {
  const { body } = await api.call('admin', 'POST', '/process_events/2?event=node_1', { a: 1 });
  const id = Number(body['id']);
  expect(dataOf(id)).toMatchObject({ a: 1, _user: { username: 'limited' }, _request: { id } });
  await complete(id, { b: 2 });
  expect(dataOf(id)).toEqual({ a: 1, b: 2 });
});

test.each([
  ['waits at an event', 24, 'ordered'],
  ['has come to its end', 4, 'node_1'],
])('a Request that %s has nothing in its data but what was sent', async (_where, process, event) => {
  expect(dataOf(await api.start(process, event, { a: 1, _h: 2 }))).toEqual({ a: 1, _h: 2 });
});

test('a Request that is canceled loses what its data held of its task', async () => {
  const id = await api.start(2, 'node_1', { a: 1 });
  await api.call('admin', 'PUT', `/requests/${id}`, { status: 'CANCELED' });
  expect(dataOf(id)).toEqual({ a: 1 });
});

test('the data of a task that is offered names nobody, and shows nobody', async () => {
  const id = await api.start(25, 'opened');
  expect(dataOf(id)['_user']).toBeNull();
  const { body } = await api.call('limited', 'GET', `/tasks/${taskOf(id)}?include=data`);
  expect(body['data']).not.toHaveProperty('_user');
});

test('what ProcessMaker keeps for itself is not taken at a task', async () => {
  const id = await api.start(2, 'node_1');
  await complete(id, { _user: 1, _request: 2, _parent: 3, _hidden: 4 });
  expect(dataOf(id)).toEqual({ _hidden: 4 });
});

test('what a start sends as `_request` is kept unless it is empty', async () => {
  const kept = await api.start(2, 'node_1', { _request: 5 });
  const replaced = await api.start(2, 'node_1', { _request: {} });
  expect(dataOf(kept)['_request']).toBe(5);
  expect(dataOf(replaced)['_request']).toMatchObject({ id: replaced });
});

test('a task that cannot change hands is still said to be of the user whom it was given to', async () => {
  const id = await api.start(2, 'node_1');
  const { body } = await api.call('limited', 'PUT', `/tasks/${taskOf(id)}`, { user_id: 4 });
  expect(body['user_id']).toBe(3);
  expect(dataOf(id)['_user']).toMatchObject({ username: 'nobody' });
});
