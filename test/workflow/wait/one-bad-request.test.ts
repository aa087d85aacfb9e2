import { respond } from '../../support/gateway';
import { startTasks } from '../../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { useHarness } from '../../support/harness';

const harness = useHarness();

it.each([
  [500, 'ProcessMaker could not carry out the call'],
  [422, 'ProcessMaker refused the values'],
])('fails only the item of the Request for which ProcessMaker responds with %d', async (status, reason) => {
  const tasks = await startTasks(harness, 4);
  const [bad, ...others] = tasks;
  const badId = bad?.requestId ?? 0;
  harness.gateway.treat = ({ method, path }) => {
    const ids = /id IN \[([\d,]+)\]/.exec(decodeURIComponent(path))?.[1]?.split(',') ?? [];
    const isBad = ids.includes(String(badId)) || path.includes(`/requests/${badId}`);
    return method === 'GET' && isBad ? respond(status, { message: 'Server Error' }) : undefined;
  };
  await Promise.all(others.map(({ id }) => harness.server.completeTask(id, {})));
  const run = await harness.perform(
    'request wait',
    { request: locator('id', '={{ $json.requestId }}'), options: { timeLimit: 3 } },
    { input: tasks, user: 'admin', settings: ERROR_OUTPUT },
  );
  expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(others.map(({ requestId }) => requestId));
  expect(failedItems(run)).toMatchObject([{ requestId: badId, httpStatus: status }]);
  expect(failedItems(run)[0]?.message).toContain(reason);
});

it('a Request for which ProcessMaker fails leaves the others alone, also when there is time for one poll only', async () => {
  const tasks = await startTasks(harness, 5);
  const [first, bad, ...others] = tasks;
  const badId = bad?.requestId ?? 0;
  await Promise.all(tasks.map(({ id }) => harness.server.completeTask(id, {})));
  harness.gateway.treat = ({ path }) => {
    const ids = /id IN \[([\d,]+)\]/.exec(decodeURIComponent(path))?.[1]?.split(',') ?? [];
    if (path.includes(`/requests/${badId}`)) return respond(500, { message: 'Server Error' });
    if (!ids.includes(String(badId))) return undefined;
    // As long as the whole wait.
    return async (response, forward) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await respond(500, { message: 'Server Error' })(response, forward);
    };
  };
  const run = await harness.perform(
    'request wait',
    { request: locator('id', '={{ $json.requestId }}'), options: { timeLimit: 1 } },
    { input: tasks, user: 'admin', settings: ERROR_OUTPUT },
  );
  expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(
    [first, ...others].map((task) => task?.requestId),
  );
  expect(failedItems(run)).toMatchObject([{ requestId: badId, httpStatus: 500 }]);
});
