import type { INodeParameters } from 'n8n-workflow';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const get = (mode: string, values: unknown[], user?: User, options: INodeParameters = {}) =>
  harness.perform(
    'process get',
    { process: locator(mode, '={{ $json.value }}'), options },
    { input: values.map((value) => ({ value })), user, settings: ERROR_OUTPUT },
  );

const A = {
  id: 2,
  name: 'A single start with form',
  description: 'A single start with form desc',
  status: 'ACTIVE',
  category: 'n8n tests',
  startEvents: [{ id: 'node_1', name: 'Start Event', triggers: [] }],
  createdAt: expect.stringMatching(/^\d{4}-/) as string,
  updatedAt: expect.stringMatching(/^\d{4}-/) as string,
};

it.each<User>(['admin', 'limited'])('returns a process to the user %s in few fields', async (user) => {
  const run = await get('id', [2], user);
  const url = `${harness.gateway.url}/process-browser/2`;
  expect(run.items('ProcessMaker')).toEqual([{ ...A, url }]);
});

it.each([
  ['name', 'A single start with form'],
  ['url', '{instance}/modeler/2'],
  ['list', '2'],
])('finds a process by %s', async (mode, value) => {
  const run = await get(mode, [value.replace('{instance}', harness.gateway.url)]);
  expect(run.items('ProcessMaker')).toMatchObject([{ id: 2 }]);
});

it('finds a process by name that the user may view but not start', async () => {
  const run = await get('name', ['G limited may not start'], 'operator');
  expect(run.items('ProcessMaker')).toMatchObject([{ id: 10, name: 'G limited may not start' }]);
});

it('returns a process as ProcessMaker gives it when Simplify is off', async () => {
  const run = await get('id', [2], 'admin', { simplify: false });
  expect(run.items('ProcessMaker')).toMatchObject([{ id: 2, process_category_id: '3', is_valid: 1 }]);
});

it('reads a process once when several items name it', async () => {
  const run = await get('id', [2, 3, 2, 2], 'admin');
  expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual([2, 3, 2, 2]);
  expect(harness.gateway.calls).toHaveLength(2);
});

it('lists the startable processes once for the names and once for the processes, however many items there are', async () => {
  const run = await get('name', ['B two starts', 'A single start with form']);
  expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual([3, 2]);
  expect(harness.gateway.calls.filter(({ path }) => path.includes('/start_processes'))).toHaveLength(2);
});

it('reports a missing process and returns the others', async () => {
  const run = await get('id', [99_999, 2], 'admin');
  expect(run.items('ProcessMaker')).toMatchObject([{ id: 2 }]);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringMatching(/^There is no process 99999 \[item 0\]\. /) as string, httpStatus: 204 },
  ]);
});

it('reports that the user may neither start nor view the process', async () => {
  const run = await get('id', [10]);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('does not show process 10') as string, httpStatus: 403 },
  ]);
});

it.each<[User, RegExp]>([
  ['admin', /^There is no process named "No such process"/],
  ['limited', /^A process named "No such process" is not among the processes/],
])('reports to the user %s that no process has the given name', async (user, message) => {
  const run = await get('name', ['No such process'], user);
  expect(failedItems(run)).toMatchObject([{ text: expect.stringMatching(message) as string }]);
});

it.each([
  ['id', 'x', /'Process' holds "x", which is not the id of a process/],
  ['name', ' ', /No process is given in 'Process'/],
  ['url', 'https://other.example/modeler/2', /'Process' points to https:\/\/other\.example/],
])('refuses the process given by %s as "%s" before any call', async (mode, value, message) => {
  const run = await get(mode, [value]);
  expect(failedItems(run)).toMatchObject([{ text: expect.stringMatching(message) as string }]);
  expect(harness.gateway.calls).toEqual([]);
});
