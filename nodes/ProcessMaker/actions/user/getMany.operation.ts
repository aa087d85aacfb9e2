import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { readLimit, returnAllFields } from '../../descriptions/returnAll';
import { simplifyOption } from '../../descriptions/simplify';
import { readFilters } from '../../input/filters';
import { asText } from '../../guards';
import { runItems } from '../../execution/runItems';
import { listUsers, simplifyUser } from '../../api/users/users';
import type { Operation } from '../operation';

const userFilters: INodeProperties = {
  displayName: 'Filters',
  name: 'filters',
  type: 'collection',
  placeholder: 'Add filter',
  default: {},
  options: [
    {
      displayName: 'Status',
      name: 'status',
      type: 'options',
      default: 'ACTIVE',
      description: 'Which users to get',
      options: [
        { name: 'Active', value: 'ACTIVE' },
        { name: 'Inactive', value: 'INACTIVE' },
      ],
    },
    {
      displayName: 'Text',
      name: 'text',
      type: 'string',
      default: '',
      placeholder: 'e.g. jane',
      description: 'Text to look for in username, first name, last name and email address',
    },
  ],
};

export const getMany: Operation = {
  value: 'getAll',
  name: 'Get Many',
  action: 'Get many users',
  description: 'Get a list of users, which needs the permission to view users',
  fields: [
    ...returnAllFields,
    userFilters,
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

/** Gives one item for each user of the list that an item asks for. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read(context, itemIndex) {
      const limit = readLimit(context, itemIndex);
      if (!limit.ok) return limit;
      const filters = readFilters(context, itemIndex, userFilters);
      if (!filters.ok) return filters;
      const { status, text } = filters.value;
      const { simplify } = context.getNodeParameter('options', itemIndex, {});
      const filter = asText(text).trim();
      const qs: IDataObject = { ...(filter && { filter }), ...(asText(status) && { status }) };
      return { ok: true, value: { limit: limit.value, qs, simplify: simplify !== false } };
    },
    begin:
      (connection) =>
      async ({ limit, qs, simplify }) => {
        const users = await listUsers(connection, qs, limit);
        if (!users.ok) return users;
        const items = users.value.map((user) => ({ json: simplify ? simplifyUser(user) : user }));
        return { ok: true, value: items };
      },
  });
}
