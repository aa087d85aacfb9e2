import type { IDataObject } from 'n8n-workflow';

import { outputJson } from '../../api/output';
import { listStartable, readProcess, simplifyProcess } from '../../api/processes/processes';
import { ProcessFinder } from '../../execution/processFinder';
import { once } from '../../execution/readers';
import { processLocator } from '../../fields/locators';
import { outputCollection, readSimplify } from '../../fields/output';
import { readProcessReference } from '../../fields/references';
import type { Connection } from '../../transport/connection';
import { isKind, rethrown } from '../../transport/processMakerError';
import { operation } from '../operation';

export const get = operation({
  value: 'get',
  name: 'Get',
  action: 'Get process',
  description: 'Get a process with the start events that the user of the access token may trigger',
  fields: [
    {
      ...processLocator,
      description: 'The process. The list shows what the user of the access token may start.',
    },
    outputCollection,
  ],
  changes: false,
  read: (context, itemIndex, connection) => ({
    reference: readProcessReference(context, itemIndex, connection),
    simplify: readSimplify(context.getNodeParameter('options', itemIndex, {})),
  }),
  begin(connection) {
    const finder = new ProcessFinder(connection);
    const processOf = processReader(connection);
    return async ({ reference, simplify }) => {
      const process = await processOf(await finder.idOf(reference));
      return [{ json: outputJson(process, simplify, simplifyProcess(process, connection.instanceUrl)) }];
    };
  },
});

/** Reads the processes of a run, each once. Who may not view processes still sees what this user may start. */
function processReader(connection: Connection) {
  const processes = new Map<number, Promise<IDataObject>>();
  let startable: Promise<IDataObject[]> | undefined;
  const read = async (id: number) => {
    try {
      return await readProcess(connection, id);
    } catch (error) {
      if (!isKind(error, 'forbidden')) throw rethrown(error);
      startable ??= listStartable(connection, { include: 'category' });
      const process = (await startable).find((one) => one.id === id);
      if (!process) throw rethrown(error);
      return process;
    }
  };
  return async (id: number) => await once(processes, id, async () => await read(id));
}
