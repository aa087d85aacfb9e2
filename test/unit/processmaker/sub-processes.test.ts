import { openApi, type Api } from './api';

let api: Api;

const statusOf = (id: number): string | undefined =>
  api.processMaker.requests().find((request) => request.id === id)?.status;

/** A Request whose sub-process waits at a task. */
async function parentAndChild(): Promise<{ parent: number; child: number }> {
  const parent = await api.start(17, 'node_1', { a: 1 });
  const child = api.processMaker.requests().find(({ parentRequestId }) => parentRequestId === parent);
  return { parent, child: child?.id ?? 0 };
}

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.processMaker.close());

test('when a parent is canceled its sub-process is COMPLETED, and its task is closed', async () => {
  const { parent, child } = await parentAndChild();
  await api.call('admin', 'PUT', `/requests/${parent}`, { status: 'CANCELED' });
  expect([statusOf(parent), statusOf(child)]).toEqual(['CANCELED', 'COMPLETED']);
  const task = api.processMaker.tasks().find(({ requestId }) => requestId === child);
  expect(task?.status).toBe('CLOSED');
  const late = await api.call('limited', 'PUT', `/tasks/${task?.id}`, { status: 'COMPLETED', data: {} });
  expect(late).toMatchObject({ status: 422, body: { message: 'Task already closed' } });
});

test('when a sub-process is canceled its parent goes on', async () => {
  const { parent, child } = await parentAndChild();
  await api.call('admin', 'PUT', `/requests/${child}`, { status: 'CANCELED' });
  expect([statusOf(parent), statusOf(child)]).toEqual(['COMPLETED', 'CANCELED']);
});

test('a parent is deleted with its sub-process, and a sub-process without its parent', async () => {
  const first = await parentAndChild();
  expect((await api.call('limited', 'DELETE', `/requests/${first.child}`)).status).toBe(204);
  expect(statusOf(first.parent)).toBe('ACTIVE');
  const second = await parentAndChild();
  expect((await api.call('operator', 'DELETE', `/requests/${second.parent}`)).status).toBe(403);
  expect((await api.call('admin', 'DELETE', `/requests/${second.parent}`)).status).toBe(204);
  expect((await api.call('admin', 'GET', `/requests/${second.child}`)).status).toBe(404);
});

test('a sub-process gives its data back, hidden keys too, but not what ProcessMaker keeps for itself', async () => {
  const { parent } = await parentAndChild();
  const [task] = api.processMaker.tasks().filter(({ elementType }) => elementType === 'task');
  await api.call('limited', 'PUT', `/tasks/${task?.id}`, { status: 'COMPLETED', data: { b: 2, _h: 3 } });
  expect(api.processMaker.requests().find(({ id }) => id === parent)?.data).toEqual({ a: 1, b: 2, _h: 3 });
});

test('whoever started the parent has the call of its sub-process, and sees it with all_tasks', async () => {
  const { parent, child } = await parentAndChild();
  const { body } = await api.call('limited', 'GET', `/tasks?process_request_id=${parent}&all_tasks=true`);
  expect(body['data']).toMatchObject([
    { element_type: 'startEvent' },
    {
      element_type: 'callActivity',
      user_id: 3,
      subprocess_request_id: child,
      subprocess_start_event_id: 'node_1',
    },
  ]);
});

test.each([
  [null, 201],
  [{}, 201],
  [[], 201],
  [{ request_id: null }, 201],
  [{ request_id: 'abc' }, 201],
  [{ node_id: 'x' }, 500],
  [{ request_id: 999 }, 500],
  ['x', 500],
])('a start with %j as `_parent` is answered with %p', async (_parent, status) => {
  const started = await api.call('limited', 'POST', '/process_events/4?event=node_1', { _parent });
  expect(started.status).toBe(status);
  if (status === 201) expect(started.body['parent_request']).toBeNull();
});

test('a start with the id of a Request in `_parent` becomes part of its case, whoever may see that', async () => {
  const { body: parent } = await api.call('admin', 'POST', '/process_events/4?event=node_1', {});
  const data = { _parent: { request_id: parent['id'] ?? 0 } };
  const { status, body } = await api.call('limited', 'POST', '/process_events/4?event=node_1', data);
  expect(status).toBe(201);
  expect(body).toMatchObject({
    parent_request_id: parent['id'],
    case_number: parent['case_number'],
    parent_request: { id: parent['id'], parent_request: null },
  });
  expect(body).not.toHaveProperty('collaboration');
});
