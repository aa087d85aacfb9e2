import assert from 'node:assert/strict';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { asText } from '../../nodes/ProcessMaker/helpers/guards';
import { testCredential } from '../support/credential-test';
import { searchList } from '../support/editor';
import { Poller } from '../support/poller';
import type { Engine, RunOptions } from '../support/engine';
import type { Run } from '../support/run';
import { ERROR_OUTPUT, failedItems, locator, PROCESS_MAKER, startWorkflow } from '../support/workflows';
import type { Server } from './server';

/** What a check works with. */
export interface Contract {
  engine: Engine;
  server: Server;
}

export interface Check {
  name: string;
  /** Why the check cannot be made on one real process. */
  onlyStandIn?: string;
  run: (contract: Contract) => Promise<void>;
}

const TEXT_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** Every call of the node, and every answer that can be provoked, in the order in which they are made. */
export const checks: Check[] = [
  {
    name: 'the credential test accepts the token',
    run: async (contract) => assert.equal((await credentialTest(contract)).status, 'OK'),
  },
  {
    name: 'the credential test refuses another token',
    run: async (contract) => {
      const { status, message } = await credentialTest(contract, 'wrong');
      assert.equal(status, 'Error');
      assert.match(message, /did not accept/);
    },
  },
  {
    name: 'the list of processes holds the process, with a link to its page',
    run: async (contract) => {
      const found = await findProcess(contract);
      assert.match(found.url ?? '', new RegExp(`/process-browser/${contract.server.processId}$`));
    },
  },
  {
    name: 'the list of start events begins with Automatic',
    run: async ({ engine, server }) => {
      const { results } = await searchList(engine, {
        nodeType: PROCESS_MAKER,
        method: 'searchStartEvents',
        parameters: { process: locator('id', server.processId) },
        credentials: credentialsOf(server),
      });
      assert.equal(results[0]?.name, 'Automatic');
      assert.ok(results.length > 1, 'the process has start events');
    },
  },
  {
    name: 'a start by id answers with the ten fields of the Request',
    run: async (contract) => {
      const [request = {}] = itemsOf(await start(contract));
      assert.match(asText(request.id), /^\d+$/);
      assert.equal(typeof request.caseNumber, 'number');
      assert.match(asText(request.status), /^(ACTIVE|COMPLETED)$/);
      assert.equal(request.processId, Number(contract.server.processId));
      assert.equal(typeof request.name, 'string');
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
      const second = await contract.engine.retry(first, { credentials });
      const started = /Request (\d+)/;
      const [, id] = started.exec(first.error?.message ?? '') ?? [];
      assert.ok(id, `the message names what was started: ${first.error?.message}`);
      assert.equal(started.exec(second.error?.message ?? '')?.[1], id);
    },
  },
  {
    name: 'the trigger watches every kind of event, and gives a Request that was started',
    run: async (contract) => {
      const { engine, server } = contract;
      const triggerOn = ['requestStarted', 'requestCompleted', 'requestErrored', 'requestCanceled'];
      triggerOn.push('taskCreated', 'taskCompleted', 'taskOverdue');
      const parameters = { triggerOn, processes: [server.processId] };
      const poller = new Poller(engine, parameters, credentialsOf(server));
      await poller.activate();
      const [request = {}] = itemsOf(await start(contract));
      await poller.poll();
      assert.deepEqual(poller.errors, []);
      const started = poller.items.filter(({ event }) => event === 'requestStarted');
      assert.ok(started.some(({ id }) => id === request.id));
    },
  },
  {
    name: 'another token is refused, and nothing is started',
    run: async (contract) => {
      const credentials = {
        processMakerApi: { ...credentialsOf(contract.server).processMakerApi, accessToken: 'no' },
      };
      await assertRefused(contract, { startEvent: locator('id', 'node_1') }, 401, { credentials });
    },
  },
  {
    name: 'an unknown process is refused, and nothing is started',
    run: async (contract) => {
      const parameters = { process: locator('id', 999999999), startEvent: locator('id', 'node_1') };
      await assertRefused(contract, parameters, 404);
    },
  },
  {
    name: 'an unknown start event is refused, and nothing is started',
    run: async (contract) => {
      await assertRefused(contract, { startEvent: locator('id', 'no_such_event') }, [403, 404]);
    },
  },
  {
    name: 'a Request that comes back in ERROR is an item error',
    onlyStandIn: 'it needs a process whose start fails in the engine',
    run: async ({ engine, server }) => {
      assert.ok(server.standIn);
      const run = await engine.run(
        startWorkflow({ process: locator('name', server.standIn.erringProcessName) }, ERROR_OUTPUT),
        {
          credentials: {
            processMakerApi: { instanceUrl: server.url, accessToken: server.standIn.adminToken },
          },
        },
      );
      const [failed] = failedItems(run);
      assert.equal(failed?.details.outcome, 'startedInError');
      assert.ok(failed.details.requestId);
    },
  },
  {
    name: 'maintenance is told, and nothing is started',
    onlyStandIn: 'the server would have to be put into maintenance mode',
    run: async (contract) => {
      contract.server.standIn?.setMaintenance(true);
      try {
        await assertRefused(contract, { startEvent: locator('id', 'node_1') }, 503);
      } finally {
        contract.server.standIn?.setMaintenance(false);
      }
    },
  },
];

function credentialsOf({ url, token }: Server) {
  return { processMakerApi: { instanceUrl: url, accessToken: token, ignoreSslIssues: false } };
}

async function credentialTest({ engine, server }: Contract, token = server.token) {
  return await testCredential(engine, 'processMakerApi', credentialsOf({ ...server, token }).processMakerApi);
}

async function findProcess({ engine, server }: Contract) {
  const { results } = await searchList(engine, {
    nodeType: PROCESS_MAKER,
    method: 'searchProcesses',
    credentials: credentialsOf(server),
  });
  const found = results.find(({ value }) => value === server.processId);
  assert.ok(found, `process ${server.processId} is in the list`);
  return found;
}

async function firstStartEvent({ engine, server }: Contract): Promise<string> {
  const { results } = await searchList(engine, {
    nodeType: PROCESS_MAKER,
    method: 'searchStartEvents',
    parameters: { process: locator('id', server.processId) },
    credentials: credentialsOf(server),
  });
  return String(results[1]?.value);
}

async function start(
  contract: Contract,
  parameters: INodeParameters = {},
  options: RunOptions = {},
): Promise<Run> {
  const process = locator('id', contract.server.processId);
  const startEvent = locator('id', await firstStartEvent(contract));
  const workflow = startWorkflow({ process, startEvent, ...parameters });
  return await contract.engine.run(workflow, { credentials: credentialsOf(contract.server), ...options });
}

function itemsOf(run: Run): IDataObject[] {
  assert.equal(run.error?.message, undefined);
  return run.items('ProcessMaker');
}

async function assertRefused(
  { engine, server }: Contract,
  parameters: INodeParameters,
  status: number | number[],
  options: RunOptions = {},
): Promise<void> {
  const workflow = startWorkflow({ process: locator('id', server.processId), ...parameters }, ERROR_OUTPUT);
  const run = await engine.run(workflow, { credentials: credentialsOf(server), ...options });
  const [failed] = failedItems(run);
  assert.ok(failed, 'the item went to the error output');
  assert.equal(failed.details.outcome, 'notStarted');
  assert.ok(
    [status].flat().includes(failed.details.httpStatus ?? 0),
    `HTTP status ${failed.details.httpStatus}`,
  );
}
