import { openApi, type Api } from './api';

const PROCESS = 43;
const NOBODY = 4;
const TOOL_PARAMETERS = '{\n  "invoice": "I-1",\n  "note": "a\\u003cb"\n}';

let api: Api;
const clock = { aheadMs: 0 };

beforeEach(async () => {
  clock.aheadMs = 0;
  api = await openApi({ now: () => new Date(Date.now() + clock.aheadMs) });
});

afterEach(() => api.processMaker.close());

const begin = (data: Parameters<Api['start']>[2]): Promise<number> =>
  api.start(PROCESS, 'asked', { toolName: 'Pay', toolParameters: TOOL_PARAMETERS, ...data });

const taskOf = (requestId: number) =>
  api.processMaker.tasks().find((task) => task.requestId === requestId && task.elementId === 'decide');

test('a review is with the user whom the variable names, who completes it', async () => {
  const id = await begin({ assignTo: NOBODY, timeLimit: 'PT1H' });
  const task = taskOf(id);
  expect(task).toMatchObject({ userId: NOBODY, status: 'ACTIVE' });
  const data = { decision: 'approved', comment: 'fine' };
  await api.call('nobody', 'PUT', `/tasks/${task?.id}`, { status: 'COMPLETED', data });
  await api.becomes(id, 'COMPLETED');
  expect(taskOf(id)).toMatchObject({ status: 'CLOSED', completedAt: expect.any(String) as string });
  expect(api.processMaker.requests().at(-1)?.data).toMatchObject({
    ...data,
    toolParameters: TOOL_PARAMETERS,
  });
});

test('a review without anybody to decide it ends in ERROR at its start', async () => {
  const id = await begin({ timeLimit: 'PT1H' });
  await api.becomes(id, 'ERROR');
  expect(taskOf(id)).toMatchObject({ userId: null, status: 'FAILING' });
});

test('a review whose time is over ends without a decision: its Task is closed and was never completed', async () => {
  const id = await begin({ assignTo: NOBODY, timeLimit: 'PT1H' });
  clock.aheadMs = 59 * 60_000;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(taskOf(id)?.status).toBe('ACTIVE');
  clock.aheadMs = 61 * 60_000;
  await api.becomes(id, 'COMPLETED');
  expect(taskOf(id)).toMatchObject({ userId: NOBODY, status: 'CLOSED', completedAt: null });
  const { data } = api.processMaker.requests().at(-1) ?? { data: {} };
  expect(data).not.toHaveProperty('decision');
  expect(Object.keys(data).filter((name) => /timer/i.test(name))).toEqual([]);
});

test('a review whose variable for the time limit is missing is over at once', async () => {
  const id = await begin({ assignTo: NOBODY });
  await api.becomes(id, 'COMPLETED');
  expect(taskOf(id)?.completedAt).toBeNull();
});

test("the page of a review shows the tool's parameters whole and cannot change them", async () => {
  const id = await begin({ assignTo: NOBODY, timeLimit: 'PT1H' });
  const page = `${api.processMaker.url}/tasks/${taskOf(id)?.id}/edit`;
  const shown = await (await fetch(page)).text();
  expect(shown).toMatch(/<textarea name="toolParameters" rows="12" readonly>/);
  expect(shown.replaceAll('&quot;', '"')).toContain(TOOL_PARAMETERS);
  const form = { decision: 'refused', comment: 'no', toolParameters: 'changed', toolName: 'Other' };
  await fetch(page, { method: 'POST', body: new URLSearchParams(form) });
  expect(api.processMaker.requests().at(-1)).toMatchObject({
    status: 'COMPLETED',
    data: { decision: 'refused', toolParameters: TOOL_PARAMETERS, toolName: 'Pay' },
  });
});
