import type { IDataObject } from 'n8n-workflow';

import { listStartable, readProcess, simplifyProcess } from '../../api/processes/processes';
import { optionsOf, readSimplify, simplifyOption } from '../../descriptions/common';
import { processLocator } from '../../descriptions/locators/process';
import { ProcessFinder } from '../../execution/processFinder';
import { once } from '../../execution/readers';
import { readProcessReference } from '../../input/references';
import type { Connection } from '../../transport/connection';
import { explained, isKind } from '../../transport/processMakerError';
import { operation } from '../operation';

/** Gets one process per item. */
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
    optionsOf(simplifyOption),
  ],
  changes: false,
  read: (context, itemIndex, connection) => ({
    reference: readProcessReference(context, itemIndex, connection),
    simplify: readSimplify(context, itemIndex),
  }),
  begin(connection) {
    const finder = new ProcessFinder(connection);
    const reader = new ProcessReader(connection);
    return async ({ reference, simplify }) => {
      const process = await reader.get(await finder.idOf(reference));
      return [{ json: simplify ? simplifyProcess(process, connection.instanceUrl) : process }];
    };
  },
});

/** Reads the processes of a run, each once. */
class ProcessReader {
  private readonly processes = new Map<number, Promise<IDataObject>>();

  private startable: Promise<IDataObject[]> | undefined;

  constructor(private readonly connection: Connection) {}

  async get(id: number): Promise<IDataObject> {
    return await once(this.processes, id, async () => await this.read(id));
  }

  /** Who may not view processes still sees what this user may start. */
  private async read(id: number): Promise<IDataObject> {
    try {
      return await readProcess(this.connection, id);
    } catch (error) {
      const process = isKind(error, 'forbidden') ? await this.findStartable(id) : undefined;
      if (!process) throw explained(error);
      return process;
    }
  }

  private async findStartable(id: number): Promise<IDataObject | undefined> {
    this.startable ??= listStartable(this.connection, { include: 'category' });
    return (await this.startable).find((process) => process.id === id);
  }
}
