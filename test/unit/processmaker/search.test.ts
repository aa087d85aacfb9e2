import { openApi, type Api } from './api';

let api: Api;

const NOTE = { note: 'it\'s "quoted" back\\slash\nend', Größe: 'L', amount: 5 };

const requests = (filter: string): Promise<number[]> =>
  api.ids('limited', `/requests?filter=${encodeURIComponent(filter)}`);

const tasks = (filter: string): Promise<number[]> =>
  api.ids('limited', `/tasks?filter=${encodeURIComponent(filter)}`);

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.processMaker.close());

test.each([
  ["it's", 1],
  ['"quoted"', 0],
  ['\\"quoted\\"', 0],
  ['\\\\"quoted\\\\"', 1],
  ['back\\slash', 0],
  ['back\\\\\\\\slash', 1],
  ['slash\\\\nend', 1],
  ['amount', 1],
  ['"amount": 5', 1],
  ['timezone', 1],
  ['nowhere', 0],
])('a text search for %p finds %p', async (filter, found) => {
  await api.start(2, 'node_1', NOTE);
  expect(await requests(filter)).toHaveLength(found);
  expect(await tasks(filter)).toHaveLength(found);
});

test('a text is searched without its markup, and one of nothing else finds everything', async () => {
  const id = await api.start(2, 'node_1', { note: 'here' });
  await api.start(2, 'node_1');
  expect(await requests('<b>here</b>')).toEqual([id]);
  for (const nothing of ['<b>', ' <x></x> ', '{{}}', '<!-- -->']) {
    expect(await requests(nothing)).toHaveLength(2);
    expect(await tasks(nothing)).toHaveLength(2);
  }
  expect(await requests('5 < 6')).toEqual([]);
});

test('a text is searched without the blanks around it, and not in the uuid', async () => {
  const id = await api.start(2, 'node_1', { note: 'here' });
  expect(await requests('  here ')).toEqual([id]);
  const { body } = await api.call('limited', 'GET', `/requests/${id}`);
  await api.call('limited', 'PUT', `/tasks/${api.processMaker.tasks()[0]?.id}`, {
    status: 'COMPLETED',
    data: {},
  });
  expect(await requests(JSON.stringify(body['uuid']).slice(1, -1))).toEqual([]);
});

test('every list but that of tasks tells the text as HTML', async () => {
  const filter = async (list: string): Promise<unknown> =>
    ((await api.call('limited', 'GET', `/${list}?filter=it's "a"`)).body['meta'] as { filter: string })
      .filter;
  for (const list of ['requests', 'start_processes'])
    expect(await filter(list)).toBe('it&#039;s &quot;a&quot;');
  expect(await filter('tasks')).toBe('it\'s "a"');
});

test('lists are ordered by a field of the data', async () => {
  const small = await api.start(2, 'node_1', { amount: 1 });
  const large = await api.start(2, 'node_1', { amount: 2 });
  expect(await api.ids('limited', '/requests?order_by=data.amount&order_direction=desc')).toEqual([
    large,
    small,
  ]);
  // The list of Tasks takes the direction the other way around.
  const { body } = await api.call('limited', 'GET', '/tasks?order_by=data.amount&order_direction=desc');
  expect(body['data']).toMatchObject([{ process_request_id: small }, { process_request_id: large }]);
});

test('Requests are ordered by status as the database numbers it, and by any name in the data', async () => {
  const canceled = await api.start(2, 'node_1');
  await api.call('admin', 'PUT', `/requests/${canceled}`, { status: 'CANCELED' });
  const completed = await api.start(4, 'node_1');
  const active = await api.start(2, 'node_1');
  expect(await api.ids('admin', '/requests?order_by=status')).toEqual([active, completed, canceled]);
  expect((await api.call('admin', 'GET', '/requests?order_by=data.1x')).status).toBe(200);
});

test('with a very large Request among them, lists cannot be ordered by a time', async () => {
  await api.start(4, 'node_1', { text: 'x'.repeat(1024 * 1024) });
  const status = async (order: string): Promise<number> =>
    (await api.call('limited', 'GET', `/requests?order_by=${order}`)).status;
  for (const time of ['updated_at', 'completed_at', 'initiated_at', 'created_at'])
    expect(await status(time)).toBe(500);
  for (const other of ['id', 'case_number', 'name', 'status']) expect(await status(other)).toBe(200);
});

test('PMQL on tasks knows the process, the start and the priority; an unknown user breaks the parameter', async () => {
  await api.start(2, 'node_1');
  const found = (pmql: string): Promise<number[]> =>
    api.ids('admin', `/tasks?all_tasks=true&pmql=${encodeURIComponent(pmql)}`);
  expect(await found('process_name = "A single start with form"')).toHaveLength(2);
  expect(await found('started > "2020-01-01T00:00:00Z"')).toHaveLength(2);
  expect(await found('is_priority = 1')).toEqual([]);
  expect((await api.call('admin', 'GET', '/tasks?user_id=999')).status).toBe(500);
});

test('Requests are ordered by a field of the data as texts, with null as a text; Tasks without it and with null come last', async () => {
  const ids: number[] = [];
  const values = [10, 9, 'b', null, '9', undefined];
  for (const value of values)
    ids.push(await api.start(2, 'node_1', { nested: value === undefined ? {} : { ord: value } }));
  const valuesOf = (found: number[]) => found.map((id) => values[ids.indexOf(id)]);
  const requestsBy = async (order: string) => valuesOf(await api.ids('limited', `/requests?${order}`));
  const ascending = [undefined, 10, 9, '9', 'b', null];
  expect(await requestsBy('order_by=data.nested.ord')).toEqual(ascending);
  expect(await requestsBy('order_by=data-%3Enested-%3Eord')).toEqual(ascending);
  expect(await requestsBy('order_by=data.nested.ord&order_direction=desc')).toEqual([
    ...[null, 'b', 9, '9', 10, undefined],
  ]);
  const { body } = await api.call('limited', 'GET', '/tasks?order_by=data.nested.ord');
  const tasks = (body as { data: { process_request_id: number }[] }).data;
  const byTask = tasks.map(({ process_request_id: id }) => id);
  expect(valuesOf(byTask)).toEqual(['b', 9, '9', 10, null, undefined]);
});
