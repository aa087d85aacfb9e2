import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { processLocator } from '../../descriptions/locators/process';
import { ProcessFinder } from '../../execution/processFinder';
import { runItems } from '../../execution/runItems';
import { readProcessReference } from '../../input/references';
import type { Operation } from '../operation';

export const getStartEvents: Operation = {
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
  execute,
};

/** Gives one item for each start event of the process of each item. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
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
}
