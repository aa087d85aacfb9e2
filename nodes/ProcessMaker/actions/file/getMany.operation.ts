import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { requestLocator } from '../../descriptions/locators/request';
import { readLimit, returnAllFields } from '../../descriptions/returnAll';
import { simplifyOption } from '../../descriptions/simplify';
import { simplifyFile, variableOf } from '../../helpers/files/apiFile';
import { RequestFiles } from '../../helpers/files/requestFiles';
import { asText } from '../../helpers/guards';
import { readRequestReference, RequestIds } from '../../helpers/requestReference';
import { runItems } from '../../helpers/runItems';
import type { Operation } from '../operation';

export const getMany: Operation = {
  value: 'getAll',
  name: 'Get Many',
  action: 'Get many files',
  description: 'Get a list of the files of a Request',
  fields: [
    requestLocator,
    ...returnAllFields,
    {
      displayName: 'Options',
      name: 'options',
      type: 'collection',
      placeholder: 'Add option',
      default: {},
      options: [
        simplifyOption,
        {
          displayName: 'Variable',
          name: 'variable',
          type: 'string',
          default: '',
          placeholder: 'e.g. contract',
          description: 'The variable of the files to return; all files when it is empty',
        },
      ],
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
      const { simplify, variable } = context.getNodeParameter('options', itemIndex, {});
      return {
        ok: true,
        value: {
          request: request.value,
          limit: limit.value,
          simplify: simplify !== false,
          variable: asText(variable).trim(),
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
