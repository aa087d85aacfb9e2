import { outputJson } from '../../api/output';
import { listUsers, simplifyUser } from '../../api/users/users';
import { filtersOf, textField } from '../../fields/common';
import { readFilters } from '../../fields/filters';
import { listFields, readListOutput } from '../../fields/output';
import { asText } from '../../guards';
import { operation } from '../operation';

const userFilters = filtersOf(
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
  textField('Text', 'text', 'Text to look for in username, first name, last name and email address', {
    placeholder: 'e.g. jane',
  }),
);

export const getMany = operation({
  value: 'getAll',
  name: 'Get Many',
  action: 'Get many users',
  description: 'Get a list of users, which needs the permission to view users',
  fields: listFields(userFilters),
  changes: false,
  read(context, itemIndex) {
    const { status, text } = readFilters(context, itemIndex, userFilters);
    const filter = asText(text).trim();
    return {
      qs: { ...(filter && { filter }), ...(asText(status) && { status }) },
      ...readListOutput(context, itemIndex),
    };
  },
  begin:
    (connection) =>
    async ({ limit, qs, simplify }) => {
      const users = await listUsers(connection, qs, limit);
      return users.map((user) => ({ json: outputJson(user, simplify, simplifyUser(user)) }));
    },
});
