import { respond, resetAfter, resetBefore, thenRespond } from '../../support/gateway';
import { startTasks } from '../../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { StartOptions, Harness } from '../../support/harness';
import { useHarness } from '../../support/harness';

const byId = { task: locator('id', '={{ $json.id }}'), user: locator('id', '={{ $json.user }}') };
const AGAIN = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };

const reassignIn = (harness: Harness, input: unknown[], options: StartOptions = {}) =>
  harness.perform('task reassign', byId, { input, user: 'admin', settings: ERROR_OUTPUT, ...options });
const putsOf = (harness: Harness) => harness.gateway.calls.filter(({ method }) => method === 'PUT');
const assigneesIn = (harness: Harness, ids: number[]) =>
  harness.server.tasks().flatMap(({ id, userId }) => (ids.includes(id) ? [userId] : []));

describe('where Tasks can be reassigned', () => {
  const harness = useHarness({ reassigns: true });
  const reassign = (input: unknown[], options?: StartOptions) => reassignIn(harness, input, options);
  const puts = () => putsOf(harness);

  it('reassigns each Task to its user', async () => {
    const tasks = await startTasks(harness, 2);
    const run = await reassign(tasks.map(({ id }, index) => ({ id, user: 4 + index })));
    expect(run.items('ProcessMaker')).toMatchObject([
      { id: tasks[0]?.id, caseNumber: tasks[0]?.caseNumber, assignee: { id: 4, name: 'Nobody Test' } },
      { id: tasks[1]?.id, caseNumber: tasks[1]?.caseNumber, assignee: { id: 5, name: 'Operator Test' } },
    ]);
    expect(
      assigneesIn(
        harness,
        tasks.map(({ id }) => id),
      ),
    ).toEqual([4, 5]);
    expect(harness.lookUps()).toHaveLength(1);
  });

  it('does not send a call for a Task that the user already has', async () => {
    const [task] = await startTasks(harness);
    const run = await reassign([{ id: task?.id, user: 3 }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ assignee: { id: 3 } }]);
    expect(puts()).toEqual([]);
  });

  it('refuses to reassign a Task that is completed', async () => {
    const [task] = await startTasks(harness);
    await harness.completeFirstTask();
    const run = await reassign([{ id: task?.id, user: 4 }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('already completed') as string, outcome: 'notDone' },
    ]);
    expect(puts()).toEqual([]);
  });

  it('reports that the new user of a Task does not exist', async () => {
    const [task] = await startTasks(harness);
    const run = await reassign([{ id: task?.id, user: 99_999 }]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringContaining('there is no user 99999') as string,
        httpStatus: 500,
        outcome: 'unknown',
      },
    ]);
    expect(puts()).toHaveLength(1);
  });

  it('reports that the user may not reassign the Task', async () => {
    const [task] = await startTasks(harness);
    const run = await reassign([{ id: task?.id, user: 4 }], { user: 'nobody' });
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('does not allow') as string, httpStatus: 403 },
    ]);
  });

  it.each([
    ['x', /'User' holds "x", which is not the id of a user/],
    ['', /No user is given in 'User'/],
    [1.5, /'User' holds "1\.5"/],
  ])('refuses to reassign a Task to the user "%s" before any call', async (user, message) => {
    const run = await reassign([{ id: 1, user }]);
    expect(failedItems(run)).toMatchObject([{ text: expect.stringMatching(message) as string }]);
    expect(harness.gateway.calls).toEqual([]);
  });

  it('refuses to reassign a Task that an earlier item holds', async () => {
    const run = await reassign(
      [4, 5].map((user) => ({ id: 1, user })),
      { settings: {} },
    );
    expect(run.error?.message).toContain('which item 0 holds already [item 1]');
    expect(harness.gateway.calls).toEqual([]);
  });

  it.each([
    ['the response is lost', resetAfter],
    ['a gateway responds in its place', thenRespond(respond(502, '<html></html>'))],
    ['the response is no Task', thenRespond(respond(200, {}))],
  ])('recognizes from the Task that it was reassigned although %s', async (_, behaviour) => {
    const [task] = await startTasks(harness);
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? behaviour : undefined);
    const run = await reassign([{ id: task?.id, user: 4 }]);
    expect(run.items('ProcessMaker')).toMatchObject([{ assignee: { id: 4 } }]);
    expect(puts()).toHaveLength(1);
  });

  it('reports an unknown outcome, without a second call, when a reassign call is lost and the Task keeps its user', async () => {
    const [task] = await startTasks(harness);
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetBefore : undefined);
    const run = await reassign([{ id: task?.id, user: 4 }]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
    expect(puts()).toHaveLength(1);
  });

  it('does not reassign a Task again when n8n runs the node again', async () => {
    const tasks = await startTasks(harness, 2);
    const input = [
      { id: tasks[0]?.id, user: 4 },
      { id: tasks[1]?.id, user: 99_999 },
    ];
    const run = await reassign(input, { settings: AGAIN });
    expect(run.error?.message).toContain('user 99999');
    expect(run.error).toHaveProperty('description', expect.stringContaining('Carried out before: item 0.'));
    expect(puts().filter(({ path }) => path.includes(String(tasks[0]?.id)))).toHaveLength(1);
  });
});

describe('where ProcessMaker accepts the call and changes nothing', () => {
  const harness = useHarness();

  it('reports that ProcessMaker did not reassign the Task, and who still has it', async () => {
    const [task] = await startTasks(harness);
    const run = await reassignIn(harness, [{ id: task?.id, user: 4 }]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringContaining(
          `did not give Task ${task?.id} to user 4: it is still assigned to Limited Test (3)`,
        ) as string,
        outcome: 'notDone',
      },
    ]);
  });
});
