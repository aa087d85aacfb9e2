import type { INodeParameters } from 'n8n-workflow';
import { startTasks } from '../support/tasks';
import { locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const SECRET = 'stays-signed-in-5150';
const raw = { simplify: false, includeParticipants: true };

it.each<[string, string, INodeParameters]>([
  ['a Request', 'request get', { request: locator('id', '={{ $json.requestId }}'), options: raw }],
  ['Requests', 'request getAll', { returnAll: true, options: raw }],
  ['a Task', 'task get', { task: locator('id', '={{ $json.id }}'), options: raw }],
  ['Tasks', 'task getAll', { returnAll: true, options: raw }],
  ['users', 'user getAll', { returnAll: true, options: raw }],
])('removes the token that keeps a user signed in from %s', async (_, operation, parameters) => {
  const [task] = await startTasks(harness);
  let given = 0;
  harness.gateway.treat = () => async (response, forward) => {
    const { status, headers, body } = await forward();
    const withSecret = body
      .replaceAll(/,?"remember_token":null/g, '')
      .replaceAll('"username":', `"remember_token":"${SECRET}","username":`);
    given += withSecret.split(SECRET).length - 1;
    response.writeHead(status, { 'content-type': headers['content-type'] ?? '' }).end(withSecret);
  };
  const run = await harness.perform(operation, parameters, { input: [{ ...task }], user: 'admin' });
  expect(run.error).toBeUndefined();
  expect(given).toBeGreaterThan(0);
  expect(run.items('ProcessMaker').length).toBeGreaterThan(0);
  expect(run.text).not.toContain(SECRET);
  expect(run.text).toContain('username');
});

it('keeps a field named like the sign-in token in the data of a Request', async () => {
  const data = { account: { username: 'ann', remember_token: 'own' } };
  const form = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
  const run = await harness.start(
    { ...form, dataMode: 'json', jsonData: JSON.stringify(data), options: { includeData: true } },
    { user: 'admin' },
  );
  expect(run.items('ProcessMaker')).toMatchObject([{ data }]);
});
