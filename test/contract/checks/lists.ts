import assert from 'node:assert/strict';
import { asText } from '../../../nodes/ProcessMaker/guards';
import { loadMapperFields, loadOptions, searchList } from '../../support/editor';
import { PROCESS_MAKER_TRIGGER } from '../../support/poller';
import { locator, PROCESS_MAKER } from '../../support/workflows';
import type { Check } from '../contract';
import {
  asAdministrator,
  credentialsOf,
  findProcess,
  itemsOf,
  needsAdministrator,
  needsProcess,
  perform,
  startIn,
} from '../contract';

/** What the editor shows for a person to choose from, and the operations that list the same. */
export const listChecks: Check[] = [
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
    name: 'the lists of Requests, Tasks, files, waiting events and processes are shown in the editor',
    needs: needsProcess('message'),
    run: async (contract) => {
      // Events that wait are shown to administrators only.
      const { engine, server } = asAdministrator(contract);
      const started = await startIn(contract, 'message');
      const request = locator('id', asText(started.id));
      const credentials = credentialsOf(server);
      const list = async (method: string, resource: string, operation: string) => {
        const parameters = { resource, operation, request };
        const call = { nodeType: PROCESS_MAKER, method, parameters, credentials };
        return (await searchList(engine, call)).results.map(({ value }) => String(value));
      };
      assert.ok((await list('searchRequests', 'request', 'get')).includes(asText(started.id)));
      assert.deepEqual(await list('searchWaitingEvents', 'request', 'triggerEvent'), ['wait']);
      assert.deepEqual(await list('searchFiles', 'file', 'download'), []);
      await list('searchTasks', 'task', 'get');
      const processes = await loadOptions(engine, {
        nodeType: PROCESS_MAKER_TRIGGER,
        method: 'getProcesses',
        credentials,
      });
      assert.ok(processes.some(({ value }) => String(value) === server.processId));
    },
  },
  {
    name: 'the users are shown in the editor, to whoever may view them',
    needs: needsAdministrator,
    run: async (contract) => {
      const { engine, server } = asAdministrator(contract);
      const call = { nodeType: PROCESS_MAKER, method: 'searchUsers', credentials: credentialsOf(server) };
      assert.ok((await searchList(engine, call)).results.length > 0);
    },
  },
  {
    name: 'the fields of the process can be read for Map From Form',
    run: async ({ engine, server }) => {
      const { fields, emptyFieldsNotice = '' } = await loadMapperFields(engine, {
        nodeType: PROCESS_MAKER,
        method: 'getFormFields',
        parameters: { dataMode: 'mapFromForm', process: locator('id', server.processId) },
        credentials: credentialsOf(server),
      });
      if (fields.length === 0) assert.match(emptyFieldsNotice, /no form/);
      for (const { id, displayName, type } of fields) assert.ok(id && displayName && type);
    },
  },
  {
    name: 'what may be started is listed, with its start events',
    run: async (contract) => {
      const process = locator('id', contract.server.processId);
      const [one = {}] = itemsOf(await perform(contract, 'process get', { process }));
      assert.equal(one.id, Number(contract.server.processId));
      const all = itemsOf(await perform(contract, 'process getAll', { returnAll: true }));
      assert.ok(all.some(({ id }) => id === one.id));
      const [event] = itemsOf(await perform(contract, 'process getStartEvents', { process }));
      assert.equal(event?.processId, one.id);
    },
  },
];
