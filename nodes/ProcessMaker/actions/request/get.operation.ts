import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { requestLocator } from '../../descriptions/locators/request';
import { readRequestOutput, requestJson, requestOutputCollection } from '../../descriptions/requestOutput';
import { RequestReader } from '../../api/requests/requestReader';
import { readRequestReference, RequestIds } from '../../api/requests/requestReference';
import { runItems } from '../../execution/runItems';
import type { Operation } from '../operation';

export const get: Operation = {
  value: 'get',
  name: 'Get',
  action: 'Get request',
  description: 'Get a Request as it stands now',
  fields: [requestLocator, requestOutputCollection],
  execute,
};

/** Gives one Request per item. Those of several items are read together. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read(context, itemIndex, connection) {
      const reference = readRequestReference(context, itemIndex, connection);
      if (!reference.ok) return reference;
      const output = readRequestOutput(context, itemIndex);
      return { ok: true, value: { reference: reference.value, ...output } };
    },
    begin(connection, all) {
      const ids = new RequestIds(
        connection,
        all.map(({ reference }) => reference),
      );
      const reader = new RequestReader(connection, ids, all);
      return async (wanted) => {
        const request = await reader.get(wanted);
        if (!request.ok) return request;
        return { ok: true, value: [{ json: requestJson(request.value, wanted, connection.instanceUrl) }] };
      };
    },
  });
}
