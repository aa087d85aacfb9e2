import { outputJson } from '../../api/output';
import { listStartable, listViewable, simplifyProcess } from '../../api/processes/processes';
import { filtersOf, textField } from '../../fields/common';
import { readFilters } from '../../fields/filters';
import { listFields, readListOutput } from '../../fields/output';
import { asText } from '../../guards';
import { operation } from '../operation';

const processFilters = filtersOf(
  textField('Text', 'text', 'Text to look for in name, description and category', {
    placeholder: 'e.g. invoice',
  }),
);

export const getMany = operation({
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
    ...listFields(processFilters),
  ],
  changes: false,
  read: (context, itemIndex) => ({
    show: context.getNodeParameter('show', itemIndex),
    text: asText(readFilters(context, itemIndex, processFilters).text).trim(),
    ...readListOutput(context, itemIndex),
  }),
  begin:
    (connection) =>
    async ({ limit, show, text, simplify }) => {
      const qs = {
        include: 'category',
        ...(text && { filter: text }),
        ...(show === 'archived' && { status: 'archived' }),
      };
      const list = show === 'startable' ? listStartable : listViewable;
      const processes = await list(connection, qs, limit);
      return processes.map((process) => ({
        json: outputJson(process, simplify, simplifyProcess(process, connection.instanceUrl)),
      }));
    },
});
