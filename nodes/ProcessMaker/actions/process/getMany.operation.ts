import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { readLimit, returnAllFields } from '../../descriptions/returnAll';
import { simplifyOption } from '../../descriptions/simplify';
import { readFilters } from '../../input/filters';
import { asText } from '../../guards';
import { listStartable, listViewable } from '../../api/processes/processReader';
import { runItems } from '../../execution/runItems';
import { simplifyProcess } from '../../api/processes/simplifyProcess';
import { inputFailure } from '../../transport/failure';
import type { Operation } from '../operation';

const processFilters: INodeProperties = {
  displayName: 'Filters',
  name: 'filters',
  type: 'collection',
  placeholder: 'Add filter',
  default: {},
  options: [
    {
      displayName: 'Text',
      name: 'text',
      type: 'string',
      default: '',
      placeholder: 'e.g. invoice',
      description: 'Text to look for in name, description and category',
    },
  ],
};

export const getMany: Operation = {
  value: 'getAll',
  name: 'Get Many',
  action: 'Get many processes',
  description: 'Get a list of processes',
  fields: [
    {
      displayName: 'Show',
      name: 'show',
      type: 'options',
      noDataExpression: true,
      default: 'startable',
      description: 'Which processes to get',
      options: [
        {
          name: 'All but Archived',
          value: 'all',
          description: 'Every process that is not archived; needs the permission to view processes',
        },
        {
          name: 'Archived',
          value: 'archived',
          description: 'Only archived processes; needs the permission to view processes',
        },
        {
          name: 'Startable by Me',
          value: 'startable',
          description: 'What the user of the access token may start',
        },
      ],
    },
    ...returnAllFields,
    processFilters,
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

/** Gives one item for each process of the list that an item asks for. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read(context, itemIndex) {
      const limit = readLimit(context, itemIndex);
      if (!limit.ok) return limit;
      const show = asText(context.getNodeParameter('show', itemIndex));
      if (!['startable', 'all', 'archived'].includes(show)) {
        return inputFailure(`'Show' is "${show}", which is none of its choices`, 'Choose one from its list.');
      }
      const filters = readFilters(context, itemIndex, processFilters);
      if (!filters.ok) return filters;
      const text = asText(filters.value.text).trim();
      const { simplify } = context.getNodeParameter('options', itemIndex, {});
      return { ok: true, value: { limit: limit.value, show, text, simplify: simplify !== false } };
    },
    begin:
      (connection) =>
      async ({ limit, show, text, simplify }) => {
        const filter = { ...(text && { filter: text }), ...(show === 'archived' && { status: 'archived' }) };
        const list = show === 'startable' ? listStartable : listViewable;
        const processes = await list(connection, filter, limit);
        if (!processes.ok) return processes;
        const items = processes.value.map((process) => ({
          json: simplify ? simplifyProcess(process, connection.instanceUrl) : process,
        }));
        return { ok: true, value: items };
      },
  });
}
