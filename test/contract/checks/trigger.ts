import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { asText } from '../../../nodes/ProcessMaker/guards';
import { Poller } from '../../support/poller';
import { locator } from '../../support/workflows';
import type { Check, Contract } from '../contract';
import {
  asAdministrator,
  credentialsOf,
  itemsOf,
  needsProcess,
  needsStandIn,
  perform,
  start,
  startIn,
} from '../contract';

const KINDS = ['requestStarted', 'requestCompleted', 'requestErrored', 'requestCanceled'];
const TASK_KINDS = ['taskCreated', 'taskCompleted'];
/** When a Task of the stand-in is due. */
const DUE_HOURS = 72;
const PAUSE_MS = 1000;
const MAX_POLLS = 30;

async function activated({ engine, server }: Contract, processes: string[]): Promise<Poller> {
  const parameters = { triggerOn: [...KINDS, ...TASK_KINDS, 'taskOverdue'], processes };
  const poller = new Poller(engine, parameters, credentialsOf(server));
  await poller.activate();
  return poller;
}

/** Polls until there is an event for everything; each kind with the ids of what it happened to. */
async function pollFor(poller: Poller, expected: string[]): Promise<string[]> {
  const seen = (): string[] => poller.items.map(({ event, id }) => `${asText(event)} ${asText(id)}`);
  for (let count = 0; count < MAX_POLLS && !expected.every((text) => seen().includes(text)); count++) {
    await pause(PAUSE_MS);
    await poller.poll();
  }
  assert.deepEqual(poller.errors, []);
  return seen().filter((text) => expected.includes(text));
}

/** The calls of the trigger. */
export const triggerChecks: Check[] = [
  {
    name: 'the trigger watches every kind of event, and gives a Request that was started',
    run: async (contract) => {
      const poller = await activated(contract, [contract.server.processId]);
      const [request = {}] = itemsOf(await start(contract));
      const expected = [`requestStarted ${asText(request.id)}`];
      assert.deepEqual(await pollFor(poller, expected), expected);
    },
  },
  {
    name: 'the trigger gives each kind of event once, of Requests and of Tasks',
    needs: needsProcess('tasks'),
    run: async (contract) => {
      const administrator = asAdministrator(contract);
      const poller = await activated(administrator, Object.values(contract.server.workshop?.processes ?? {}));
      const ended = await startIn(administrator, 'end');
      const options = { returnErroredRequests: true };
      const errored = await startIn(administrator, 'nobody', {}, { options });
      const canceled = await startIn(contract, 'tasks');
      const { id: task } = canceled.activeTask as { id: number };
      const data = { dataMode: 'json', jsonData: '{}' };
      itemsOf(await perform(contract, 'task complete', { task: locator('id', task), ...data }));
      const request = locator('id', asText(canceled.id));
      itemsOf(await perform(administrator, 'request cancel', { request }));
      const expected = [
        ...[ended, errored, canceled].map(({ id }) => `requestStarted ${asText(id)}`),
        `requestCompleted ${asText(ended.id)}`,
        `requestErrored ${asText(errored.id)}`,
        `requestCanceled ${asText(canceled.id)}`,
        `taskCreated ${task}`,
        `taskCompleted ${task}`,
      ];
      assert.deepEqual((await pollFor(poller, expected)).sort(), expected.sort());
    },
  },
  {
    name: 'a test of the trigger gives a Task that is overdue',
    needs: needsProcess('overdue'),
    run: async (contract) => {
      const request = await startIn(contract, 'overdue');
      const { id } = request.activeTask as { id: number };
      const parameters = { triggerOn: ['taskOverdue'], processes: [Number(request.processId)] };
      const poller = new Poller(contract.engine, parameters, credentialsOf(contract.server));
      const items = (await poller.test()) ?? [];
      assert.deepEqual(
        items.map(({ json }) => [json.event, json.id]),
        [['taskOverdue', id]],
      );
    },
  },
  {
    name: 'the trigger gives a Task that becomes overdue',
    needs: needsStandIn('no Task becomes due sooner than an hour after it is reached'),
    run: async (contract) => {
      const poller = await activated(contract, [contract.server.processId]);
      const [request = {}] = itemsOf(await start(contract));
      const { id } = request.activeTask as { id: number };
      contract.server.standIn?.advance(DUE_HOURS + 1);
      assert.deepEqual(await pollFor(poller, [`taskOverdue ${id}`]), [`taskOverdue ${id}`]);
    },
  },
];
