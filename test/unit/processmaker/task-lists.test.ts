import { openApi, type Api } from './api';

let api: Api;

const count = async (token: string, query: string): Promise<number> =>
  (await api.ids(token, `/tasks?order_by=id&${query}`)).length;

const statusOf = async (query: string): Promise<number> =>
  (await api.call('admin', 'GET', `/tasks?${query}`)).status;

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.processMaker.close());

test('whoever may view all Requests sees all tasks', async () => {
  await api.start(2, 'node_1');
  expect(await count('operator', '')).toBe(1);
  expect(await count('nobody', '')).toBe(0);
});

test('the tasks of sub-processes are among those of the Request when asked for', async () => {
  const parent = await api.start(17, 'node_1');
  expect(await count('limited', `process_request_id=${parent}`)).toBe(0);
  expect(await count('limited', `process_request_id=${parent}&include_sub_tasks=1`)).toBe(1);
});

test('a parameter without a value breaks the server, but not that of the Request', async () => {
  for (const name of ['status', 'process_id', 'element_id', 'user_id'])
    expect(await statusOf(`${name}=`)).toBe(500);
  expect(await count('admin', 'process_request_id=')).toBe(0);
});

test('the database refuses a negative number of rows, and a field that is not one', async () => {
  for (const query of ['per_page=-1', 'order_by=data.', 'order_by=data.a-b', 'order_by=data.a..b'])
    expect(await statusOf(query)).toBe(422);
  expect(await statusOf('order_by=data.a.b_2')).toBe(200);
});

test('tasks are ordered by columns, not by the names of PMQL', async () => {
  await api.start(2, 'node_1');
  const closed = await api.start(2, 'node_1');
  const [, task] = api.processMaker.tasks();
  await api.call('limited', 'PUT', `/tasks/${task?.id}`, { status: 'COMPLETED', data: {} });
  for (const name of ['due', 'task', 'case_number', 'nope', ''])
    expect([name, await statusOf(`order_by=${name}`)]).toEqual([name, 422]);
  const { body } = await api.call('admin', 'GET', '/tasks?order_by=status');
  expect(body['data']).toMatchObject([
    { process_request_id: closed, status: 'CLOSED' },
    { status: 'ACTIVE' },
  ]);
});

test('no rows at all are not refused on this list', async () => {
  await api.start(2, 'node_1');
  expect(await count('admin', 'per_page=0')).toBe(1);
  expect((await api.call('admin', 'GET', '/requests?per_page=0')).status).toBe(500);
});

test('an administrator sees the end event with all_tasks, its starter does not', async () => {
  const id = await api.start(4, 'node_1');
  const types = async (token: string): Promise<unknown> =>
    (
      (await api.call(token, 'GET', `/tasks?process_request_id=${id}&order_by=id&all_tasks=true`)).body[
        'data'
      ] as { element_type: string }[]
    ).map(({ element_type: type }) => type);
  expect(await types('admin')).toEqual(['startEvent', 'end_event']);
  expect(await types('limited')).toEqual(['startEvent']);
  expect(api.processMaker.tasks()).toEqual([]);
});

test('a task that nobody could be given cannot be given to anybody', async () => {
  await api.call('admin', 'POST', '/process_events/16?event=node_1', {});
  const [task] = api.processMaker.tasks();
  expect((await api.call('admin', 'PUT', `/tasks/${task?.id}`, { user_id: 4 })).status).toBe(500);
  const done = await api.call('admin', 'PUT', `/tasks/${task?.id}`, { status: 'COMPLETED', data: {} });
  expect(done.body).toMatchObject({ status: 'CLOSED', user_id: null });
});

test('completing an event as if it were a task breaks the Request', async () => {
  const id = await api.start(24, 'ordered');
  const [event] = api.processMaker.tasks();
  await api.call('admin', 'PUT', `/tasks/${event?.id}`, { status: 'COMPLETED', data: {} });
  expect(api.processMaker.requests().find((request) => request.id === id)?.status).toBe('ERROR');
});
