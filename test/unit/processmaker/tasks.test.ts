import { startProcessMaker, type JsonObject, type ProcessMaker, type TokenName } from '../../processmaker';

const NOW = new Date('2026-03-10T12:00:00Z');
const DAY_MS = 24 * 3_600_000;

let processMaker: ProcessMaker;
let now: Date;

async function call(token: TokenName, method: string, path: string, body?: JsonObject) {
  const response = await fetch(`${processMaker.url}/api/1.0${path}`, {
    method,
    headers: { Authorization: `Bearer ${processMaker.tokens[token]}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as JsonObject };
}

/** Starts a Request and returns the id of its task. */
async function taskOf(processId: number, event: string, data: JsonObject = {}): Promise<number> {
  const { body } = await call('limited', 'POST', `/process_events/${processId}?event=${event}`, data);
  const task = processMaker.tasks().find(({ requestId }) => requestId === body['id']);
  return task?.id ?? 0;
}

/** The ids of the tasks that a query finds, or the status of a refusal. */
async function find(query: string, token: TokenName = 'admin'): Promise<number[] | number> {
  const { status, body } = await call(token, 'GET', `/tasks?order_by=id&${query}`);
  return status === 200 ? (body['data'] as { id: number }[]).map(({ id }) => id) : status;
}

async function open(options: { reassigns?: boolean; changeMs?: number } = {}): Promise<void> {
  now = NOW;
  processMaker = await startProcessMaker({ ...options, now: () => now });
}

afterEach(() => processMaker.close());

test('tasks are found by every filter, and by PMQL over the task and its Request', async () => {
  await open();
  const form = await taskOf(2, 'node_1', { order: 'A-1' });
  const ticket = await taskOf(25, 'opened', { order: 'A-2' });
  await call('limited', 'PUT', `/tasks/${form}`, { status: 'COMPLETED', data: {} });
  expect(await find('')).toEqual([form, ticket]);
  expect(await find('status=ACTIVE')).toEqual([ticket]);
  expect(await find('process_id=2')).toEqual([form]);
  expect(await find('element_id=answer')).toEqual([ticket]);
  // The parameter finds what is offered to the user as well; PMQL does not.
  expect(await find('user_id=3')).toEqual([form, ticket]);
  expect(await find('filter=help desk')).toEqual([ticket]);
  const pmql = (text: string) => find(`pmql=${encodeURIComponent(text)}`);
  expect(await pmql('data.order = "A-2"')).toEqual([ticket]);
  expect(await pmql('user_id = 3')).toEqual([form]);
  expect(await pmql('status = "Completed"')).toEqual([form]);
  expect(await pmql('status = "In Progress"')).toEqual([]);
  expect(await pmql('request = "Help desk ticket" AND task = "Answer the ticket"')).toEqual([ticket]);
  expect(await pmql('due < "2026-03-13T12:00:01Z"')).toEqual([form, ticket]);
  expect(await pmql('due < "2026-03-13T12:00:00Z"')).toEqual([]);
  expect(await pmql('updated > "2026-01-01"')).toBe(422);
  expect(await pmql('due >')).toBe(500);
  expect(await find('include=nothing')).toBe(500);
});

test('tasks whose time has run out are counted', async () => {
  await open();
  await taskOf(2, 'node_1');
  const overdue = async () =>
    ((await call('admin', 'GET', '/tasks')).body['meta'] as JsonObject)['in_overdue'];
  expect(await overdue()).toBe(0);
  now = new Date(NOW.getTime() + 4 * DAY_MS);
  expect(await overdue()).toBe(1);
});

test('a self-service task is seen and taken by the users that it names', async () => {
  await open();
  const ticket = await taskOf(25, 'opened');
  expect(await find('', 'operator')).toEqual([ticket]);
  expect(await find('', 'nobody')).toEqual([]);
  expect((await call('nobody', 'PUT', `/tasks/${ticket}`, { user_id: 4 })).status).toBe(403);
  expect((await call('operator', 'PUT', `/tasks/${ticket}`, { user_id: 5 })).body['user_id']).toBe(5);
  expect(await find('', 'limited')).toEqual([]);
});

test('a task that somebody has keeps its assignee, unless the server can reassign', async () => {
  await open();
  const kept = await taskOf(2, 'node_1');
  expect(await call('limited', 'PUT', `/tasks/${kept}`, { user_id: 4 })).toMatchObject({
    status: 200,
    body: { user_id: 3 },
  });
  expect((await call('admin', 'PUT', `/tasks/${kept}`, { user_id: 99 })).status).toBe(500);
  await processMaker.close();

  await open({ reassigns: true });
  const given = await taskOf(2, 'node_1');
  expect((await call('limited', 'PUT', `/tasks/${given}`, { user_id: 4 })).body['user_id']).toBe(4);
  expect((await call('limited', 'GET', `/tasks/${given}`)).status).toBe(403);
});

test('callers that complete a task at the same time all get 200, and the Request breaks', async () => {
  await open({ changeMs: 500 });
  const task = await taskOf(2, 'node_1');
  const complete = () => call('limited', 'PUT', `/tasks/${task}`, { status: 'COMPLETED', data: {} });
  const responses = await Promise.all(Array.from({ length: 8 }, complete));
  expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  const { body } = await call('admin', 'GET', `/requests/${processMaker.requests()[0]?.id}`);
  expect(body).toMatchObject({ status: 'ERROR' });
  expect(body['errors']).toHaveLength(7);
  expect(body['errors']).toMatchObject([
    { element_id: null, message: expect.stringContaining('null given') as unknown },
    {},
    {},
    {},
    {},
    {},
    {},
  ]);
  expect(await complete()).toEqual({ status: 422, body: { message: 'Task already closed' } });
});

test('the fields of a task are those of its form', async () => {
  await open();
  const ticket = await taskOf(25, 'opened');
  expect((await call('limited', 'GET', `/tasks/${ticket}/screen_fields`)).body).toEqual(['answer']);
});

test('the response to a completion holds what is asked for', async () => {
  await open();
  const task = await taskOf(2, 'node_1');
  const { body } = await call('limited', 'PUT', `/tasks/${task}?include=data`, {
    status: 'COMPLETED',
    data: { a: 1 },
  });
  expect(body).toMatchObject({ status: 'CLOSED', data: { a: 1 } });
});
