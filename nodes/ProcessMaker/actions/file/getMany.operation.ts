import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { simplifyFile, variableOf } from '../../api/files/files';
import { readLimit, returnAllFields, simplifyOption } from '../../descriptions/common';
import { requestLocator } from '../../descriptions/locators/request';
import { runItems } from '../../execution/runItems';
import { asText } from '../../guards';
import { readFilters } from '../../input/filters';
import { readRequestReference } from '../../input/references';
import type { Operation } from '../operation';
import { RequestFiles } from './requestFiles';

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
      const { simplify } = context.getNodeParameter('options', itemIndex, {});
      return {
        request: readRequestReference(context, itemIndex, connection),
        limit: readLimit(context, itemIndex),
        variable: asText(readFilters(context, itemIndex, fileFilters).variable).trim(),
        simplify: simplify !== false,
      };
    },
    begin(connection, all) {
      const lists = new RequestFiles(connection, all);
      return async ({ request, limit, simplify, variable }) => {
        const { requestId, files } = await lists.of(request);
        return files
          .filter((file) => variable === '' || variableOf(file) === variable)
          .slice(0, limit)
          .map((file) => ({ json: simplify ? simplifyFile(file, requestId) : file }));
      };
    },
  });
}
