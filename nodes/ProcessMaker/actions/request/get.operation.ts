import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { requestLocator } from '../../descriptions/locators/request';
import { readRequestOutput, requestJson, requestOutputCollection } from '../../descriptions/output';
import { RequestIds, RequestReader } from '../../execution/readers';
import { runItems } from '../../execution/runItems';
import { readRequestReference } from '../../input/references';
import type { Operation } from '../operation';

export const get: Operation = {
  value: 'get',
  name: 'Get',
  action: 'Get request',
  description: 'Get a Request as it stands now',
  fields: [requestLocator, requestOutputCollection],
  execute,
};

/** Gets one Request per item. Those of several items are read together. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read: (context, itemIndex, connection) => ({
      reference: readRequestReference(context, itemIndex, connection),
      ...readRequestOutput(context, itemIndex),
    }),
    begin(connection, all) {
      const references = all.map(({ reference }) => reference);
      const reader = new RequestReader(connection, new RequestIds(connection, references), all);
      return async (wanted) => {
        const request = await reader.get(wanted);
        return [{ json: requestJson(request, wanted, connection.instanceUrl) }];
      };
    },
  });
}
