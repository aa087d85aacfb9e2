import { ProcessFinder } from '../../execution/processFinder';
import { processLocator } from '../../fields/locators';
import { readProcessReference } from '../../fields/references';
import { operation } from '../operation';

export const getStartEvents = operation({
  value: 'getStartEvents',
  name: 'Get Start Events',
  action: 'Get start events of process',
  description: 'Get the start events of a process that the user of the access token may trigger',
  fields: [
    {
      ...processLocator,
      description: 'The process. The list shows what the user of the access token may start.',
    },
  ],
  changes: false,
  read: readProcessReference,
  begin(connection) {
    const finder = new ProcessFinder(connection);
    return async (reference) => {
      const { id: processId, name: processName, startEvents } = await finder.findStartable(reference);
      return startEvents.map(({ id, name, triggers }) => ({
        json: { id, name, triggers, processId, processName },
      }));
    };
  },
});
