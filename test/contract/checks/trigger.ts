import assert from 'node:assert/strict';
import { Poller } from '../../support/poller';
import type { Check } from '../contract';
import { credentialsOf, itemsOf, start } from '../contract';

/** The calls of the trigger. */
export const triggerChecks: Check[] = [
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
];
