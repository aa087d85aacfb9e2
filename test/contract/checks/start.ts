import assert from 'node:assert/strict';
import type { IDataObject } from 'n8n-workflow';
import { asText } from '../../../nodes/ProcessMaker/guards';
import { locator, startWorkflow } from '../../support/workflows';
import type { Check } from '../contract';
import { credentialsOf, findProcess, firstStartEvent, itemsOf, remember, start } from '../contract';

const TEXT_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** Starts of Requests. */
export const startChecks: Check[] = [
  {
    name: 'a start by id answers with the nine fields of the Request',
    run: async (contract) => {
      const [request = {}] = itemsOf(await start(contract));
      assert.match(asText(request.id), /^\d+$/);
      assert.equal(typeof request.caseNumber, 'number');
      assert.match(asText(request.status), /^(ACTIVE|COMPLETED)$/);
      assert.equal(request.processId, Number(contract.server.processId));
      assert.equal(typeof request.processName, 'string');
      assert.match(asText(request.startedAt), TEXT_DATE);
      if (request.status === 'COMPLETED') assert.match(asText(request.completedAt), TEXT_DATE);
      else assert.equal(request.completedAt, null);
      if (request.activeTask !== null) {
        assert.deepEqual(Object.keys(request.activeTask as IDataObject), ['id', 'name']);
      }
      assert.match(asText(request.url), new RegExp(`/requests/${asText(request.id)}$`));
    },
  },
  {
    name: 'a start by name finds the same process',
    run: async (contract) => {
      const { name } = await findProcess(contract);
      const [request] = itemsOf(await start(contract, { process: locator('name', name) }));
      assert.equal(request?.processId, Number(contract.server.processId));
    },
  },
  {
    name: 'the data arrives as it was sent',
    run: async (contract) => {
      const data = { text: 'Grüße, 世界', number: 12.5, yes: true, nested: { list: [1, 'two', null] } };
      const parameters = { options: { includeData: true } };
      assert.deepEqual(itemsOf(await start(contract, parameters, { input: [data] }))[0]?.data, data);
    },
  },
  {
    name: 'values that ProcessMaker changes on their way in are changed, and a hint says so',
    run: async (contract) => {
      const data = { padded: ' x ', empty: '', tags: '<b>x</b>', braces: '{{ x }}' };
      const run = await start(contract, { options: { includeData: true } }, { input: [data] });
      assert.deepEqual(itemsOf(run)[0]?.data, { padded: 'x', empty: null, tags: 'x', braces: ' x ' });
      assert.match(run.hints('ProcessMaker').join(), /another form/);
    },
  },
  {
    name: 'the raw output is the answer of ProcessMaker',
    run: async (contract) => {
      const [request = {}] = itemsOf(await start(contract, { options: { simplify: false } }));
      for (const field of ['id', 'uuid', 'status', 'process_id', 'case_number', 'initiated_at', 'process']) {
        assert.ok(field in request, field);
      }
    },
  },
  {
    name: 'a repeat answers from the Requests that an earlier try started',
    run: async (contract) => {
      const parameters = { process: { __rl: true, mode: 'id', value: '={{ $json.process }}' } };
      const input = [{ process: contract.server.processId }, { process: '999999999' }];
      const events = { startEvent: locator('id', await firstStartEvent(contract)) };
      const workflow = startWorkflow({ ...parameters, ...events, options: { requestsInParallel: 1 } });
      const credentials = credentialsOf(contract.server);
      const first = await contract.engine.run(workflow, { input, credentials });
      remember(contract, first);
      const second = await contract.engine.retry(first, { credentials });
      const started = /Request (\d+)/;
      const [, id] = started.exec(first.error?.message ?? '') ?? [];
      assert.ok(id, `the message names what was started: ${first.error?.message}`);
      assert.equal(started.exec(second.error?.message ?? '')?.[1], id);
    },
  },
];
