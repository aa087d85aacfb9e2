import assert from 'node:assert/strict';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { asText } from '../../../nodes/ProcessMaker/guards';
import { wake } from '../../support/callback';
import type { Run } from '../../support/run';
import { locator } from '../../support/workflows';
import type { Check, Contract } from '../contract';
import type { ProcessName } from '../processes';
import {
  asAdministrator,
  credentialsOf,
  failureOf,
  itemsOf,
  needsProcess,
  perform,
  sendStartIn,
  start,
  startIn,
} from '../contract';

const CALLBACK = { waitFor: 'callback', callbackVariable: 'contract_url' };

const wait = (contract: Contract, { id }: IDataObject, parameters: INodeParameters) =>
  perform(contract, 'request wait', { request: locator('id', asText(id)), ...parameters });

/** Calls the URL in the data of the newest Request of the process, as the process would; gives what the node returns. */
async function call(contract: Contract, sleeping: Run): Promise<IDataObject | undefined> {
  assert.equal(sleeping.status, 'waiting');
  const filters = { processes: [Number(contract.server.workshop?.processes.tasks)] };
  const parameters = { limit: 1, filters, options: { includeData: true } };
  const [request] = itemsOf(await perform(contract, 'request getAll', parameters));
  const url = asText((request?.data as IDataObject).contract_url);
  const credentials = credentialsOf(contract.server);
  const { status, run } = await wake(contract.engine, sleeping, { url, body: { yes: true }, credentials });
  assert.equal(status, 200);
  assert.ok(run, 'the call has woken the execution');
  const [item] = itemsOf(run);
  assert.equal(item?.id, request?.id);
  return item;
}

/** Starts a Request with an n8n URL that no execution has, so that it is found but not called. */
const startWith = async (contract: Contract, name: ProcessName, parameters: INodeParameters = {}) =>
  await startIn(contract, name, { sleeper_url: `${contract.engine.baseUrl}/webhook-waiting/` }, parameters);

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
  {
    name: 'Wait for a call stores a URL in the data, and goes on with what is sent to it',
    needs: needsProcess('tasks'),
    run: async (contract) => {
      const administrator = asAdministrator(contract);
      const request = await startIn(contract, 'tasks');
      const item = await call(administrator, await wait(administrator, request, CALLBACK));
      assert.deepEqual([item?.id, item?.callback, item?.timedOut], [request.id, { yes: true }, false]);
    },
  },
  {
    name: 'a start that waits for a call sends a URL with the data, and goes on with what is sent to it',
    needs: needsProcess('tasks'),
    run: async (contract) => {
      const item = await call(contract, await sendStartIn(contract, 'tasks', {}, CALLBACK));
      assert.deepEqual([item?.callback, item?.timedOut], [{ yes: true }, false]);
    },
  },
  {
    name: 'Wake Waiting Workflow finds the Requests that have ended lately and hold a URL of this n8n',
    needs: needsProcess('tasks'),
    run: async (contract) => {
      const administrator = asAdministrator(contract);
      const ended = await startWith(administrator, 'end');
      const options = { returnErroredRequests: true };
      const errored = await startWith(administrator, 'nobody', { options });
      const canceled = await startWith(contract, 'tasks');
      const request = locator('id', asText(canceled.id));
      itemsOf(await perform(administrator, 'request cancel', { request }));
      const active = await startWith(contract, 'tasks');
      const callbackVariable = 'sleeper_url';
      const sweep = { requestsToWake: 'endedSince', days: 0.1, callbackVariable };
      const found = itemsOf(await perform(administrator, 'request wake', sweep));
      const outcomeOf = ({ id }: IDataObject) => found.find(({ requestId }) => requestId === id)?.outcome;
      const outcomes = [ended, errored, canceled, active].map(outcomeOf);
      assert.deepEqual(outcomes, ['refused', 'refused', 'refused', undefined]);
      const one = itemsOf(await perform(administrator, 'request wake', { request, callbackVariable }));
      assert.deepEqual(
        one.map(({ requestId, outcome }) => [requestId, outcome]),
        [[canceled.id, 'refused']],
      );
    },
  },
];
