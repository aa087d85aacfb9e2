import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { asText } from '../../../nodes/ProcessMaker/guards';
import { locator } from '../../support/workflows';
import { callApi } from '../api';
import type { Check, Contract } from '../contract';
import { asAdministrator, failureOf, itemsOf, needsProcess, perform, startIn } from '../contract';

const PAUSE_MS = 500;
const MAX_PAUSES = 60;

const requestOf = ({ id }: IDataObject) => ({ request: locator('id', asText(id)) });

const json = (data: IDataObject) => ({ dataMode: 'json', jsonData: JSON.stringify(data) });

const change = (contract: Contract, operation: string, request: IDataObject, more: INodeParameters = {}) =>
  perform(asAdministrator(contract), `request ${operation}`, { ...requestOf(request), ...more });

/** A Request in ERROR; an administrator starts it, who sees it in any case. */
async function errored(contract: Contract, name: 'nobody' | 'script', data: IDataObject = {}) {
  const options = { returnErroredRequests: true };
  const request = await startIn(asAdministrator(contract), name, data, { options });
  return await becomes(contract, request, 'ERROR');
}

/** A Request whose script has failed once, and is tried again. */
async function triedAgain(contract: Contract): Promise<IDataObject> {
  const request = await startIn(asAdministrator(contract), 'attempts', { fail: true });
  let now: IDataObject = request;
  for (let count = 0; count < MAX_PAUSES && now.retrying !== true; count++) {
    await pause(PAUSE_MS);
    [now = {}] = itemsOf(await change(contract, 'get', request));
  }
  assert.deepEqual([now.status, now.retrying], [null, true]);
  return request;
}

async function becomes(contract: Contract, request: IDataObject, status: string): Promise<IDataObject> {
  let now: IDataObject = request;
  for (let count = 0; count < MAX_PAUSES && now.status !== status; count++) {
    await pause(PAUSE_MS);
    [now = {}] = itemsOf(await change(contract, 'get', request));
  }
  assert.equal(now.status, status);
  return now;
}

/** The types of the comments by which the server has noted retries of a Request. */
async function retriesNoted(contract: Contract, { id }: IDataObject): Promise<unknown[]> {
  const about = `commentable_type=${encodeURIComponent('ProcessMaker\\Models\\ProcessRequest')}`;
  const { rows } = await callApi(
    asAdministrator(contract).server,
    'GET',
    `/comments?${about}&commentable_id=${asText(id)}`,
  );
  return rows.filter(({ subject }) => subject === 'Request Retried').map(({ type }) => type);
}

/** What changes Requests, for whoever may. */
export const changeChecks: Check[] = [
  {
    name: 'Update Data replaces fields, and gives the data as ProcessMaker keeps it',
    needs: needsProcess('tasks'),
    run: async (contract) => {
      const request = await startIn(contract, 'tasks', { a: 1, nested: { x: 1 } });
      const run = await change(contract, 'updateData', request, json({ b: ' x ', nested: { y: 2 } }));
      assert.deepEqual(itemsOf(run)[0]?.data, { a: 1, b: 'x', nested: { y: 2 } });
      assert.match(run.hints('ProcessMaker').join(), /'b'|another form/);
    },
  },
  {
    name: 'Update Data with Merge Deep keeps the other fields of an object',
    needs: needsProcess('tasks'),
    run: async (contract) => {
      const request = await startIn(contract, 'tasks', { nested: { x: 1 } });
      const run = await change(contract, 'updateData', request, {
        ...json({ nested: { y: 2 } }),
        merge: 'deep',
      });
      assert.deepEqual(itemsOf(run)[0]?.data, { nested: { x: 1, y: 2 } });
    },
  },
  {
    name: 'Trigger Event lets a Request go on with the data of a message, once',
    needs: needsProcess('message'),
    run: async (contract) => {
      const request = await startIn(contract, 'message', { a: 1 });
      const trigger = (event: string) =>
        perform(contract, 'request triggerEvent', {
          ...requestOf(request),
          event: locator('id', event),
          ...json({ b: 2 }),
          options: { includeData: true },
        });
      const refused = failureOf(await trigger('begin'));
      assert.equal(refused.outcome, 'notDone');
      const [after = {}] = itemsOf(await trigger('wait'));
      assert.equal(after.status, 'COMPLETED');
      assert.deepEqual(after.data, { a: 1, b: 2 });
      assert.equal(failureOf(await trigger('wait')).outcome, 'notDone');
    },
  },
  {
    name: 'Cancel ends a Request, and is content with one that is canceled',
    needs: needsProcess('tasks'),
    run: async (contract) => {
      const request = await startIn(contract, 'tasks');
      for (let time = 0; time < 2; time++)
        assert.equal(itemsOf(await change(contract, 'cancel', request))[0]?.status, 'CANCELED');
    },
  },
  {
    name: 'Delete removes a Request for good',
    needs: needsProcess('tasks'),
    run: async (contract) => {
      const request = await startIn(contract, 'tasks');
      assert.deepEqual(itemsOf(await perform(contract, 'request delete', requestOf(request))), [
        { deleted: true },
      ]);
      assert.equal(failureOf(await perform(contract, 'request get', requestOf(request))).httpStatus, 404);
    },
  },
  {
    name: 'a start whose Request comes back in ERROR is an item error',
    needs: needsProcess('nobody'),
    run: async (contract) => {
      await assert.rejects(startIn(contract, 'nobody'), /ERROR/);
    },
  },
  {
    name: 'Complete refuses a Request that is ACTIVE, and completes one in ERROR',
    needs: needsProcess('nobody'),
    run: async (contract) => {
      const active = await startIn(contract, 'tasks');
      assert.equal(failureOf(await change(contract, 'complete', active)).outcome, 'notDone');
      const request = await errored(contract, 'nobody');
      assert.equal(itemsOf(await change(contract, 'complete', request))[0]?.status, 'COMPLETED');
    },
  },
  {
    name: 'Retry says when there is nothing that can be retried',
    needs: needsProcess('nobody'),
    run: async (contract) => {
      const request = await errored(contract, 'nobody');
      assert.equal(failureOf(await change(contract, 'retry', request)).outcome, 'notDone');
    },
  },
  {
    name: 'a script that has failed at its last attempt has failed for good: Wait ends after that, and Get says no more of it',
    needs: needsProcess('attempts'),
    run: async (contract) => {
      const request = await triedAgain(contract);
      const failed = failureOf(await change(contract, 'wait', request, { waitFor: 'finish' }));
      assert.equal(failed.outcome, 'startedInError');
      const [after = {}] = itemsOf(await change(contract, 'get', request, { options: { simplify: false } }));
      assert.deepEqual([after.status, 'retrying' in after], ['ERROR', false]);
      const errors = after.errors as Array<{ message: string }>;
      assert.equal(errors.at(-1)?.message, 'Job failed after 2 total attempts');
    },
  },
  {
    name: 'a script that is tried again has not failed: Retry is refused, and Wait ends when it has healed',
    needs: needsProcess('attempts'),
    run: async (contract) => {
      const request = await triedAgain(contract);
      const refused = failureOf(await change(contract, 'retry', request));
      assert.equal(refused.outcome, 'notDone');
      assert.match(refused.text, /tries it again by itself/);
      itemsOf(await change(contract, 'updateData', request, json({ fail: false })));
      contract.server.standIn?.letScriptsRun();
      const [after = {}] = itemsOf(await change(contract, 'wait', request, { waitFor: 'finish' }));
      contract.server.standIn?.letScriptsRun(false);
      assert.equal(after.status, 'COMPLETED');
    },
  },
  {
    name: 'Retry runs a script again, is noted in the comments of the Request, and the Request goes on',
    needs: needsProcess('script'),
    run: async (contract) => {
      const request = await errored(contract, 'script', { fail: true });
      itemsOf(await change(contract, 'updateData', request, json({ fail: false })));
      contract.server.standIn?.letScriptsRun();
      itemsOf(await change(contract, 'retry', request));
      assert.deepEqual(await retriesNoted(contract, request), ['LOG']);
      await becomes(contract, request, 'COMPLETED');
    },
  },
];
