import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { requestLocator } from '../../descriptions/locators/request';
import { readLimit, returnAllFields } from '../../descriptions/returnAll';
import { simplifyOption } from '../../descriptions/simplify';
import { simplifyFile, variableOf } from '../../api/files/apiFile';
import { RequestFiles } from '../../api/files/requestFiles';
import { readFilters } from '../../input/filters';
import { asText } from '../../guards';
import { readRequestReference, RequestIds } from '../../api/requests/requestReference';
import { runItems } from '../../execution/runItems';
import type { Operation } from '../operation';

const fileFilters: INodeProperties = {
  displayName: 'Filters',
  name: 'filters',
  type: 'collection',
  placeholder: 'Add filter',
  default: {},
  options: [
    {
      displayName: 'Variable',
      name: 'variable',
      type: 'string',
      default: '',
      placeholder: 'e.g. contract',
      description: 'Only the file that belongs to this variable of the Request',
    },
  ],
};

export const getMany: Operation = {
  value: 'getAll',
  name: 'Get Many',
  action: 'Get many files',
  description: 'Get a list of the files of a Request',
  fields: [
    requestLocator,
    ...returnAllFields,
    fileFilters,
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

/** Gives the files of one Request per item, each as an item of its own. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read(context, itemIndex, connection) {
      const request = readRequestReference(context, itemIndex, connection);
      if (!request.ok) return request;
      const limit = readLimit(context, itemIndex);
      if (!limit.ok) return limit;
      const filters = readFilters(context, itemIndex, fileFilters);
      if (!filters.ok) return filters;
      const { simplify } = context.getNodeParameter('options', itemIndex, {});
      return {
        ok: true,
        value: {
          request: request.value,
          limit: limit.value,
          simplify: simplify !== false,
          variable: asText(filters.value.variable).trim(),
        },
      };
    },
    begin(connection, all) {
      const ids = new RequestIds(
        connection,
        all.map(({ request }) => request),
      );
      const lists = new RequestFiles(connection);
      return async ({ request, limit, simplify, variable }) => {
        const requestId = await ids.idOf(request);
        if (!requestId.ok) return requestId;
        const files = await lists.of(requestId.value);
        if (!files.ok) return files;
        const items = files.value
          .filter((file) => variable === '' || variableOf(file) === variable)
          .slice(0, limit)
          .map((file) => ({ json: simplify ? simplifyFile(file, requestId.value) : file }));
        return { ok: true, value: items };
      };
    },
  });
}
