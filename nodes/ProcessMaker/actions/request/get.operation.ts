import { requestJson } from '../../api/output';
import { withRetryingIfRead } from '../../api/requests/failure';
import { RequestReader } from '../../execution/readers';
import { requestLocator } from '../../fields/locators';
import { readRequestOutput, requestOutputCollection } from '../../fields/output';
import { readRequestReference } from '../../fields/references';
import { operation } from '../operation';

/** Gets one Request per item. Those of several items are read together. */
export const get = operation({
  value: 'get',
  name: 'Get',
  action: 'Get request',
  description: 'Get a Request as it is now',
  fields: [requestLocator, requestOutputCollection],
  changes: false,
  read: (context, itemIndex, connection) => ({
    reference: readRequestReference(context, itemIndex, connection),
    ...readRequestOutput(context, itemIndex),
  }),
  begin(connection, all) {
    const reader = new RequestReader(connection, all);
    return async (wanted) => {
      const request = await withRetryingIfRead(connection, await reader.get(wanted));
      return [{ json: requestJson(request, wanted, connection.instanceUrl) }];
    };
  },
});
