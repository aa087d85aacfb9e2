import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { processLocator } from '../../descriptions/locators/process';
import { simplifyOption } from '../../descriptions/simplify';
import { ProcessFinder } from '../../api/processes/processFinder';
import { ProcessReader } from '../../api/processes/processReader';
import { readProcessReference } from '../../input/processReference';
import { runItems } from '../../execution/runItems';
import { simplifyProcess } from '../../api/processes/simplifyProcess';
import type { Operation } from '../operation';

export const get: Operation = {
  value: 'get',
  name: 'Get',
  action: 'Get process',
  description: 'Get a process with the start events that the user of the access token may trigger',
  fields: [
    {
      ...processLocator,
      description: 'The process. The list shows what the user of the access token may start.',
    },
    {
      displayName: 'Options',
      name: 'options',
      type: 'collection',
      placeholder: 'Add option',
      default: {},
      options: [simplifyOption],
    },
  ],
  execute,
};

/** Gets one process per item. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read(context, itemIndex, connection) {
      const reference = readProcessReference(context, itemIndex, connection);
      if (!reference.ok) return reference;
      const { simplify } = context.getNodeParameter('options', itemIndex, {});
      return { ok: true, value: { reference: reference.value, simplify: simplify !== false } };
    },
    begin(connection) {
      const finder = new ProcessFinder(connection);
      const reader = new ProcessReader(connection);
      return async ({ reference, simplify }) => {
        const id = await finder.idOf(reference);
        if (!id.ok) return id;
        const process = await reader.get(id.value);
        if (!process.ok) return process;
        const json = simplify ? simplifyProcess(process.value, connection.instanceUrl) : process.value;
        return { ok: true, value: [{ json }] };
      };
    },
  });
}
