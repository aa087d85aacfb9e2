import type { INodeProperties } from 'n8n-workflow';

import { requestJson } from '../../../api/output';
import { KeyedQueue } from '../../../execution/concurrency';
import { RequestIds } from '../../../execution/readers';
import { changeDataFields } from '../../../fields/changeData';
import { readChangeData } from '../../../fields/data';
import { requestLocator } from '../../../fields/locators';
import { readRequestOutput, requestOutputCollection } from '../../../fields/output';
import { readRequestReference } from '../../../fields/references';
import { operation } from '../../operation';
import { checkUpdate, updateData as sendUpdate } from './updateData';

const mergeField: INodeProperties = {
  displayName: 'Merge',
  name: 'merge',
  type: 'options',
  noDataExpression: true,
  default: 'shallow',
  description:
    'How the fields are merged into the data of the Request. ProcessMaker does not protect the data from changes at the same moment. If a Task is completed, or another execution updates the Request, at that moment, one of the changes can be lost. Items of one run that update the same Request wait for each other.',
  options: [
    {
      name: 'Shallow',
      value: 'shallow',
      description: 'Each field replaces the whole field of the same name',
    },
    {
      name: 'Deep',
      value: 'deep',
      description:
        'Objects are merged field by field, while lists are replaced. The data is read first, and written a moment later.',
    },
  ],
};

/** Updates the data of one Request per item, and gives it as it is then, with its data. */
export const updateData = operation({
  value: 'updateData',
  name: 'Update Data',
  action: 'Update data of request',
  description: 'Change fields in the data of a Request',
  fields: [requestLocator, ...changeDataFields, mergeField, withoutData(requestOutputCollection)],
  changes: true,
  read(context, itemIndex, connection, hints) {
    const reference = readRequestReference(context, itemIndex, connection);
    const data = readChangeData(context, itemIndex, hints, 'update');
    const isDeep = context.getNodeParameter('merge', itemIndex) === 'deep';
    checkUpdate(data, isDeep);
    const output = readRequestOutput(context, itemIndex);
    return { reference, data, isDeep, ...output, includes: [...output.includes, 'data'] };
  },
  begin(connection, all) {
    const ids = new RequestIds(connection, all);
    const queue = new KeyedQueue(connection.stopped);
    return async (update, attempt) => {
      const id = await ids.idOf(update.reference);
      const updated = await queue.run(id, async () => await sendUpdate(connection, id, update, attempt));
      return [{ json: requestJson(updated, update, connection.instanceUrl) }];
    };
  },
});

/** The data is always returned. */
function withoutData(collection: INodeProperties): INodeProperties {
  return {
    ...collection,
    options: collection.options?.filter(({ name }) => name !== 'includeData'),
  };
}
