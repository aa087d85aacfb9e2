import assert from 'node:assert/strict';
import type { IDataObject } from 'n8n-workflow';
import { asText } from '../../../nodes/ProcessMaker/guards';
import { loadMapperFields } from '../../support/editor';
import { failedItems, locator, PROCESS_MAKER } from '../../support/workflows';
import type { Check, Contract } from '../contract';
import {
  asAdministrator,
  credentialsOf,
  failureOf,
  itemsOf,
  needsProcess,
  perform,
  startIn,
} from '../contract';

const needs = needsProcess('tasks');

const taskOf = ({ id }: IDataObject) => ({ task: locator('id', asText(id)) });

/** The one Task at which a Request of the process with two Tasks waits. */
async function firstTask(contract: Contract, data: IDataObject = {}) {
  const request = await startIn(contract, 'tasks', data);
  const filters = { request: locator('id', asText(request.id)) };
  const [task = {}] = itemsOf(await perform(contract, 'task getAll', { assignedTo: 'me', filters }));
  assert.equal(task.requestId, request.id);
  return { request, task };
}

const complete = (contract: Contract, task: IDataObject, data: IDataObject = {}) =>
  perform(contract, 'task complete', { ...taskOf(task), dataMode: 'json', jsonData: JSON.stringify(data) });

/** Tasks of a Request. */
export const taskChecks: Check[] = [
  {
    name: 'the Task at which a Request waits is found, read and shown in eleven fields',
    needs,
    run: async (contract) => {
      const { task } = await firstTask(contract);
      assert.deepEqual(itemsOf(await perform(contract, 'task get', taskOf(task))), [task]);
      assert.equal(Object.keys(task).length, 11);
      const fields = itemsOf(await perform(contract, 'task getFormFields', taskOf(task)));
      assert.ok(fields.every(({ name, label, type }) => name && label && type));
      const mapped = await loadMapperFields(contract.engine, {
        nodeType: PROCESS_MAKER,
        method: 'getTaskFormFields',
        parameters: { resource: 'task', operation: 'complete', dataMode: 'mapFromForm', ...taskOf(task) },
        credentials: credentialsOf(contract.server),
      });
      if (mapped.fields.length === 0) assert.match(mapped.emptyFieldsNotice ?? '', /no form/);
    },
  },
  {
    name: 'Complete gives a Task as it is then, and its Request goes on with the data',
    needs,
    run: async (contract) => {
      const { request, task } = await firstTask(contract, { a: 1 });
      const [done = {}] = itemsOf(await complete(contract, task, { b: { c: 2 } }));
      assert.equal(done.status, 'CLOSED');
      assert.equal(done.requestStatus, 'ACTIVE');
      const parameters = { request: locator('id', asText(request.id)), options: { includeData: true } };
      const [after = {}] = itemsOf(await perform(contract, 'request get', parameters));
      assert.deepEqual(after.data, { a: 1, b: { c: 2 } });
    },
  },
  {
    name: 'a Task that is closed is not completed again',
    needs,
    run: async (contract) => {
      const { task } = await firstTask(contract);
      itemsOf(await complete(contract, task));
      assert.match(failureOf(await complete(contract, task)).text, /completed|closed/i);
    },
  },
  {
    name: 'a Task of a Request that was canceled is not completed',
    needs,
    run: async (contract) => {
      const { request, task } = await firstTask(contract);
      const parameters = { request: locator('id', asText(request.id)) };
      itemsOf(await perform(asAdministrator(contract), 'request cancel', parameters));
      assert.equal(failureOf(await complete(contract, task)).outcome, 'notDone');
    },
  },
  {
    name: 'Reassign gives a Task to another user, or says that it did not change hands',
    needs,
    run: async (contract) => {
      const { task } = await firstTask(contract);
      const administrator = asAdministrator(contract);
      const users = itemsOf(await perform(administrator, 'user getAll', { returnAll: true }));
      const isOther = ({ id, status }: IDataObject): boolean =>
        id !== (task.assignee as IDataObject).id && status === 'ACTIVE';
      const other = users.find(isOther);
      assert.ok(other, 'there is another user');
      const user = locator('id', asText(other.id));
      const run = await perform(administrator, 'task reassign', { ...taskOf(task), user });
      const [failed] = failedItems(run);
      if (failed) assert.match(failed.text, /did not change|still/);
      else assert.equal((itemsOf(run)[0]?.assignee as IDataObject).id, other.id);
    },
  },
];
