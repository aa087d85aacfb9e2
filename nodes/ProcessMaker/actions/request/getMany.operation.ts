import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { requestFilters, requestSort } from '../../descriptions/requestFilters';
import { readRequestOutput, requestJson, requestOutputCollection } from '../../descriptions/requestOutput';
import { readLimit, returnAllFields } from '../../descriptions/returnAll';
import { readRequestFilter } from '../../input/requestFilters';
import { readRequestSort, searchRequests } from '../../api/requests/requestSearch';
import { runItems } from '../../execution/runItems';
import type { Operation } from '../operation';

export const getMany: Operation = {
  value: 'getAll',
  name: 'Get Many',
  action: 'Get many requests',
  description: 'Get the Requests that the user of the access token may see',
  fields: [...returnAllFields, requestFilters, requestSort, requestOutputCollection],
  execute,
};

/** Gives the Requests that each item looks for, one item each. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read(context, itemIndex) {
      const limit = readLimit(context, itemIndex);
      if (!limit.ok) return limit;
      const filter = readRequestFilter(context, itemIndex);
      if (!filter.ok) return filter;
      const sort = readRequestSort(context, itemIndex);
      if (!sort.ok) return sort;
      const output = readRequestOutput(context, itemIndex);
      return {
        ok: true,
        value: { ...filter.value, ...output, sort: sort.value, limit: limit.value ?? Infinity },
      };
    },
    begin: (connection) => async (search) => {
      const requests = await searchRequests(connection, search);
      if (!requests.ok) return requests;
      const { instanceUrl } = connection;
      return {
        ok: true,
        value: requests.value.map((one) => ({ json: requestJson(one, search, instanceUrl) })),
      };
    },
  });
}
