import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { respond } from '../../support/gateway';
import { startTasks } from '../../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const byId = { task: locator('id', '={{ $json.id }}') };

const get = (parameters: INodeParameters, input: IDataObject[], user?: User) =>
  harness.perform('task get', parameters, { input, user, settings: ERROR_OUTPUT });

describe('one Task', () => {
  it('returns a Task with its Request, process and assignee, in eleven fields', async () => {
    const [task] = await startTasks(harness);
    const run = await get(byId, [{ id: task?.id }]);
    expect(run.items('ProcessMaker')).toEqual([
      {
        id: task?.id,
        caseNumber: task?.caseNumber,
        name: 'Form Task',
        elementId: 'node_2',
        status: 'ACTIVE',
        assignee: { id: 3, name: 'Limited Test' },
        dueAt: expect.stringMatching(/^\d{4}-/) as string,
        completedAt: null,
        requestId: task?.requestId,
        processName: 'A single start with form',
        url: `${harness.gateway.url}/tasks/${task?.id}/edit`,
      },
    ]);
  });

  it('finds a Task by the URL of its page', async () => {
    const [task] = await startTasks(harness);
    const url = `${harness.gateway.url}/tasks/${task?.id}/edit`;
    const run = await get({ task: locator('url', '={{ $json.url }}') }, [{ url }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: task?.id, url }]);
  });

  it('returns a Task that is closed', async () => {
    const [task] = await startTasks(harness);
    await harness.completeFirstTask();
    const run = await get(byId, [{ id: task?.id }]);
    expect(run.items('ProcessMaker')).toMatchObject([
      { status: 'CLOSED', completedAt: expect.stringMatching(/^\d{4}-/) as string },
    ]);
  });

  it('returns the data of a Task when asked to', async () => {
    const [task] = await startTasks(harness);
    const run = await get({ ...byId, options: { includeData: true } }, [{ id: task?.id }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: task?.id, data: { number: 0 } }]);
  });

  it('returns a Task as ProcessMaker gives it when Simplify is off', async () => {
    const [task] = await startTasks(harness);
    const run = await get({ ...byId, options: { simplify: false } }, [{ id: task?.id }]);
    expect(run.items('ProcessMaker')).toMatchObject([
      { id: task?.id, element_id: 'node_2', process_request: { id: task?.requestId } },
    ]);
  });
});

describe('many items', () => {
  it('reads the Tasks of many items in one call, each paired with its item', async () => {
    const tasks = await startTasks(harness, 30);
    const input = tasks.map(({ id }) => ({ id })).reverse();
    const run = await get(byId, input);
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(input.map(({ id }) => id));
    expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
      input.map((_, item) => ({ item })),
    );
    expect(harness.gateway.calls).toHaveLength(1);
  });

  it('returns the data of a Task only to the items that ask for it', async () => {
    const tasks = await startTasks(harness, 2);
    const input = tasks.map(({ id }, index) => ({ id, withData: index === 1 }));
    const run = await get({ ...byId, options: { includeData: '={{ $json.withData }}' } }, input);
    expect(run.items('ProcessMaker').map((item) => 'data' in item)).toEqual([false, true]);
  });

  it('returns the other Tasks when one is missing, and names the missing one', async () => {
    const [task] = await startTasks(harness);
    const run = await get(byId, [{ id: 999_999 }, { id: task?.id }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ id: task?.id }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringMatching(/^There is no Task 999999 \[item 0\]\. /) as string, httpStatus: 404 },
    ]);
  });

  it('distinguishes a Task that the user may not see from a missing one', async () => {
    const [task] = await startTasks(harness);
    const run = await get(byId, [{ id: task?.id }], 'nobody');
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('does not allow') as string, httpStatus: 403 },
    ]);
  });
});

it.each([
  ['id', 'abc', /'Task' holds "abc", which is not the id of a Task/],
  ['id', '', /No Task is given in 'Task'/],
  ['list', '1.5', /'Task' holds "1\.5"/],
  ['url', 'https://other.example/tasks/1/edit', /'Task' points to https:\/\/other\.example/],
  ['url', 'https://other.example/requests/1', /not the address of a Task/],
])('refuses the Task given by %s as "%s" before any call', async (mode, value, message) => {
  const parameters = { task: locator(mode, '={{ $json.value }}') };
  const run = await harness.perform('task get', parameters, { input: [{ value }] });
  expect(run.error?.message).toMatch(message);
  expect(run.error?.message).toContain('[item 0]');
  expect(harness.gateway.calls).toEqual([]);
});

it('reports a response that does not hold Tasks', async () => {
  harness.gateway.treat = () => respond(200, { data: [{ a: 1 }], meta: { last_page: 1 } });
  const run = await get(byId, [{ id: 1 }]);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('does not hold Tasks') as string },
  ]);
});
