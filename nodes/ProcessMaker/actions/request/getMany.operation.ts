import { requestJson } from '../../api/output';
import { searchRequests } from '../../api/requests/requestSearch';
import { readLimit, readRequestOutput, requestOutputCollection, returnAllFields } from '../../fields/output';
import { readRequestFilter, readRequestSort, requestFilters, requestSort } from '../../fields/requestFilters';
import { operation } from '../operation';

export const getMany = operation({
  value: 'getAll',
  name: 'Get Many',
  action: 'Get many requests',
  description: 'Get the Requests that the user of the access token may see',
  fields: [...returnAllFields, requestFilters, requestSort, requestOutputCollection],
  changes: false,
  read: (context, itemIndex) => ({
    limit: readLimit(context, itemIndex) ?? Infinity,
    ...readRequestFilter(context, itemIndex),
    sort: readRequestSort(context, itemIndex),
    ...readRequestOutput(context, itemIndex),
  }),
  begin: (connection) => async (search) => {
    const requests = await searchRequests(connection, search);
    return requests.map((one) => ({ json: requestJson(one, search, connection.instanceUrl) }));
  },
});
