import { createBpmn } from '../../support/bpmn';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const getStartEvents = (mode: string, values: unknown[], user?: User) =>
  harness.perform(
    'process getStartEvents',
    { process: locator(mode, '={{ $json.value }}') },
    { input: values.map((value) => ({ value })), user, settings: ERROR_OUTPUT },
  );

const B = { processId: 3, processName: 'B two starts' };

it('returns each start event that the user may trigger', async () => {
  const first = { id: 'node_1', name: 'Start Event', triggers: [], ...B };
  const second = { id: 'node_9', name: 'Second Start', triggers: [], ...B };
  expect((await getStartEvents('id', [3], 'admin')).items('ProcessMaker')).toEqual([first, second]);
  expect((await getStartEvents('name', ['B two starts'])).items('ProcessMaker')).toEqual([first]);
});

it('returns what triggers a start event besides a person', async () => {
  const run = await getStartEvents('id', [7], 'admin');
  expect(run.items('ProcessMaker')).toMatchObject([{ name: 'Message Start', triggers: ['message'] }]);
});

it('reads the start events of all items in one call, and pairs each with its item', async () => {
  const run = await getStartEvents('id', [3, 2], 'admin');
  const pairs = run.outputs('ProcessMaker')[0]?.map(({ json, pairedItem }) => [json.processId, pairedItem]);
  expect(pairs).toEqual([
    [3, { item: 0 }],
    [3, { item: 0 }],
    [2, { item: 1 }],
  ]);
  expect(harness.gateway.calls).toHaveLength(1);
});

it.each([
  ['id', 10, /^Process 10 is not among the processes/],
  ['name', 'H inactive', /^A process named "H inactive" is not among the processes/],
])('reports that the user may not start the process given by %s', async (mode, value, message) => {
  const run = await getStartEvents(mode, [value]);
  expect(failedItems(run)).toMatchObject([{ text: expect.stringMatching(message) as string }]);
});

it('names the ids when several processes have the given name', async () => {
  const bpmn = createBpmn([{ id: 'node_1', name: 'Start', userId: 3 }]);
  const one = await harness.server.addProcess({ name: 'Twin', bpmn });
  const other = await harness.server.addProcess({ name: 'Twin', bpmn });
  const run = await getStartEvents('name', ['Twin']);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining(`named "Twin" (ids ${one.id}, ${other.id})`) as string },
  ]);
});
