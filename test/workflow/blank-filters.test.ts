import type { INodeParameters } from 'n8n-workflow';
import { useHarness } from '../support/harness';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';

const harness = useHarness();

it.each<[string, string, INodeParameters, string]>([
  ['process getAll', 'Text', { show: 'startable' }, 'text'],
  ['user getAll', 'Text', {}, 'text'],
  ['task getAll', 'Text', {}, 'text'],
  ['task getAll', 'Element ID', {}, 'elementId'],
  ['task getAll', 'PMQL', {}, 'pmql'],
  ['request getAll', 'Text', {}, 'text'],
  ['request getAll', 'Requester', {}, 'requester'],
  ['file getAll', 'Variable', { request: locator('id', 1) }, 'variable'],
])(
  "does not take spaces for no filter in %s: '%s' would find everything",
  async (operation, label, parameters, filter) => {
    const given = { ...parameters, filters: { [filter]: ' \t ' } };
    const run = await harness.perform(operation, given, { settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([
      { message: expect.stringContaining(`The filter '${label}' holds nothing but spaces`) as string },
    ]);
    expect(harness.gateway.calls).toEqual([]);
  },
);

it('takes a filter that was added and left empty for none', async () => {
  const run = await harness.perform('process getAll', { show: 'startable', filters: { text: '' } });
  expect(run.items('ProcessMaker').length).toBeGreaterThan(0);
});
