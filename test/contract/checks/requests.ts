import assert from 'node:assert/strict';
import { asText } from '../../../nodes/ProcessMaker/guards';
import { failedItems, locator } from '../../support/workflows';
import type { Check } from '../contract';
import { itemsOf, perform, start } from '../contract';

/** Finding Requests, and waiting for them. */
export const requestChecks: Check[] = [
  {
    name: 'Get Many finds a Request that was started, as its start gave it',
    run: async (contract) => {
      const [request = {}] = itemsOf(await start(contract));
      const filters = {
        pmql: `id = ${asText(request.id)}`,
        processes: [Number(contract.server.processId)],
        statuses: ['ACTIVE', 'COMPLETED', 'ERROR'],
        startedAfter: asText(request.startedAt),
        updatedAfter: asText(request.startedAt),
      };
      const found = itemsOf(await perform(contract, 'request getAll', { filters }));
      assert.deepEqual(
        found.map(({ id, caseNumber, name }) => ({ id, caseNumber, name })),
        [{ id: request.id, caseNumber: request.caseNumber, name: request.name }],
      );
    },
  },
  {
    name: 'Get Many tells what PMQL does not understand',
    run: async (contract) => {
      const mistakes = { 'id ==== 1': 400, 'no_such_field = 1': 500 };
      for (const [pmql, status] of Object.entries(mistakes)) {
        const [failed] = failedItems(await perform(contract, 'request getAll', { filters: { pmql } }));
        assert.equal(failed?.httpStatus, status);
        assert.match(failed.text, /'PMQL'/);
      }
    },
  },
  {
    name: 'Get gives a Request as its start gave it, by its id, its URL and its case number',
    run: async (contract) => {
      const [request = {}] = itemsOf(await start(contract));
      const ways = { id: request.id, url: request.url, caseNumber: request.caseNumber };
      for (const [mode, value] of Object.entries(ways)) {
        const parameters = { request: locator(mode, asText(value)) };
        const [found = {}] = itemsOf(await perform(contract, 'request get', parameters));
        assert.deepEqual([found.id, found.name], [request.id, request.name], mode);
      }
    },
  },
];
