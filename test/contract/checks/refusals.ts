import { locator } from '../../support/workflows';
import { assertRefused, type Check, credentialsOf, needsStandIn } from '../contract';

/** What ProcessMaker refuses, and what goes wrong in it. */
export const refusalChecks: Check[] = [
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
    name: 'maintenance is told, and nothing is started',
    needs: needsStandIn('the server would have to be put into maintenance mode'),
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
