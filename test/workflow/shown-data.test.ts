import type { INodeParameters } from 'n8n-workflow';
import { expectShown, HIDDEN_DATA } from '../support/hidden-data';
import { startByHand, taskOf } from '../support/watch';
import { locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const WITH_TASK = 2;

const READS: Array<[string, (requestId: number) => INodeParameters]> = [
  ['task get', (id) => ({ task: locator('id', taskOf(harness, id)) })],
  ['task getAll', (id) => ({ filters: { request: locator('id', id) } })],
  ['request get', (id) => ({ request: locator('id', id) })],
  ['request getAll', (id) => ({ filters: { pmql: `id = ${id}` } })],
];

// A Task's data holds the hidden variables of its Request, and any variable may hold the URL of an execution.
describe.each([true, false])('data that the nodes hide, with Simplify %s', (simplify) => {
  it.each(READS)(
    'does not show hidden variables or the URL of an execution in the data of %s',
    async (operation, parametersOf) => {
      const id = await startByHand(harness, WITH_TASK, { order: 'PO-1', ...HIDDEN_DATA });
      const options = { includeData: true, simplify };
      const run = await harness.perform(operation, { ...parametersOf(id), options }, { user: 'admin' });
      expect(run.items('ProcessMaker')).toHaveLength(1);
      expectShown(run.items('ProcessMaker')[0]?.data, { order: 'PO-1' });
    },
  );

  it.each(READS)(
    'gives an object where a Request has no data, in the data of %s',
    async (operation, parametersOf) => {
      const id = await startByHand(harness, WITH_TASK, {});
      const options = { includeData: true, simplify };
      const run = await harness.perform(operation, { ...parametersOf(id), options }, { user: 'admin' });
      expect(run.items('ProcessMaker').map(({ data }) => data)).toEqual([{}]);
    },
  );

  it.each(READS)(
    'shows neither the profile of the user nor the copy of the Request that ProcessMaker adds, in the data of %s',
    async (operation, parametersOf) => {
      const data = { order: 'PO-1', rows: [], nested: { _user: 'own' } };
      const id = await startByHand(harness, WITH_TASK, data);
      const options = { includeData: true, simplify };
      const run = await harness.perform(operation, { ...parametersOf(id), options }, { user: 'admin' });
      expect(run.items('ProcessMaker').map((item) => item.data)).toEqual([data]);
    },
  );
});
