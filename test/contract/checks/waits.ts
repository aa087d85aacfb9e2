import assert from 'node:assert/strict';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { asText } from '../../../nodes/ProcessMaker/guards';
import { locator } from '../../support/workflows';
import type { Check, Contract } from '../contract';
import { failureOf, itemsOf, needsProcess, perform, start, startIn } from '../contract';

const wait = (contract: Contract, { id }: IDataObject, parameters: INodeParameters) =>
  perform(contract, 'request wait', { request: locator('id', asText(id)), ...parameters });

/** Waiting for Requests. */
export const waitChecks: Check[] = [
  {
    name: 'Wait gives a Request that was started, ended or at its time limit',
    run: async (contract) => {
      const [started = {}] = itemsOf(await start(contract));
      const options = { timeLimit: 1, onTimeout: 'return' };
      const [waited = {}] = itemsOf(await wait(contract, started, { options }));
      assert.equal(waited.id, started.id);
      assert.equal(waited.timedOut, waited.status === 'ACTIVE' ? true : undefined);
      assert.ok('data' in waited);
    },
  },
  {
    name: 'a start that waits gives the Request when it has ended, with its data',
    needs: needsProcess('end'),
    run: async (contract) => {
      const ended = await startIn(contract, 'end', { a: 1 }, { waitFor: 'finish' });
      assert.equal(ended.status, 'COMPLETED');
      assert.deepEqual(ended.data, { a: 1 });
    },
  },
  {
    name: 'Wait for Task to Appear gives the Task, by its name or its element',
    needs: needsProcess('tasks'),
    run: async (contract) => {
      const request = await startIn(contract, 'tasks');
      for (const taskElement of ['', 'First', 'first']) {
        const [found = {}] = itemsOf(await wait(contract, request, { waitFor: 'task', taskElement }));
        assert.equal(found.name, 'First');
      }
      const options = { timeLimit: 1 };
      const late = await wait(contract, request, { waitFor: 'task', taskElement: 'Second', options });
      assert.match(failureOf(late).text, /did not|has not|after 1 second|time/i);
    },
  },
];
