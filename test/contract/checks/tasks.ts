import assert from 'node:assert/strict';
import { asText } from '../../../nodes/ProcessMaker/guards';
import { locator } from '../../support/workflows';
import type { Check } from '../contract';
import { itemsOf, perform, start } from '../contract';

/** Tasks of a Request. */
export const taskChecks: Check[] = [
  {
    name: 'the Task at which a Request waits is found, read and shown in ten fields',
    onlyStandIn: 'it needs a process that begins with a Task of the user of the token',
    run: async (contract) => {
      const [request] = itemsOf(await start(contract));
      const filters = { request: locator('id', asText(request?.id)) };
      const [listed = {}] = itemsOf(await perform(contract, 'task getAll', { assignedTo: 'me', filters }));
      assert.equal(listed.requestId, request?.id);
      const task = locator('id', asText(listed.id));
      assert.deepEqual(itemsOf(await perform(contract, 'task get', { task })), [listed]);
      assert.equal(Object.keys(listed).length, 10);
      const fields = itemsOf(await perform(contract, 'task getFormFields', { task }));
      assert.ok(fields.every(({ name, label, type }) => name && label && type));
    },
  },
];
