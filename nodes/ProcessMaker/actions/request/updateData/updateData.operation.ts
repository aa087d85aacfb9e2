import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { changeDataFields } from '../../../descriptions/changeData';
import { requestLocator } from '../../../descriptions/locators/request';
import { readRequestOutput, requestJson, requestOutputCollection } from '../../../descriptions/requestOutput';
import { readChangeData } from '../../../input/changeData';
import {
  readRequestReference,
  RequestIds,
  type RequestReference,
} from '../../../api/requests/requestReference';
import { runItems } from '../../../execution/runItems';
import { StartNotices } from '../../../execution/hints';
import { Turns } from '../../../execution/keyedQueue';
import { checkUpdate, updateData as sendUpdate } from './updateData';
import type { Result } from '../../../transport/failure';
import type { Operation } from '../../operation';

const mergeField: INodeProperties = {
  displayName: 'Merge',
  name: 'merge',
  type: 'options',
  noDataExpression: true,
  default: 'shallow',
  description:
    'How the fields are merged into the data of the Request. ProcessMaker does not protect its data from changes at the same moment: when a Task is completed, or another execution updates the Request, while this one does, one of the changes can be lost. Items of one run that update the same Request wait for each other.',
  options: [
    {
      name: 'Shallow',
      value: 'shallow',
      description: 'A field takes the place of the one with the same name, with everything in it',
    },
    {
      name: 'Deep',
      value: 'deep',
      description:
        'Objects are merged field by field, while lists are replaced. The data is read first, and written a moment later.',
    },
  ],
};

export const updateData: Operation = {
  value: 'updateData',
  name: 'Update Data',
  action: 'Update data of request',
  description: 'Change fields in the data of a Request',
  fields: [requestLocator, ...changeDataFields, mergeField, withoutData(requestOutputCollection)],
  execute,
};

/** Updates the data of one Request per item, and gives it as it stands then, with its data. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  const notices = new StartNotices();
  const items = await runItems(this, {
    changes: true,
    read(context, itemIndex, connection) {
      const reference = readRequestReference(context, itemIndex, connection);
      if (!reference.ok) return reference;
      const given = readChangeData(context, itemIndex, {
        fieldLeftOut: (name, index) => notices.fieldLeftOut(name, index),
        // Unlike at a start, data is kept as it is sent.
        change: () => undefined,
      });
      if (!given.ok) return given;
      const isDeep = context.getNodeParameter('merge', itemIndex) === 'deep';
      const data = checkUpdate(given.value, isDeep);
      if (!data.ok) return data;
      const { includes, ...output } = readRequestOutput(context, itemIndex);
      const update = { data: data.value, isDeep, includes: [...includes, 'data'] };
      return { ok: true, value: { reference: reference.value, update, output } };
    },
    begin(connection, all) {
      const references = all.map(({ reference }) => reference);
      const ids = new RequestIds(connection, references);
      const turns = new Turns();
      let known: Promise<Map<RequestReference, Result<number>>> | undefined;
      return async ({ reference, update, output }, turn) => {
        // All of them at once, so that the turns of a Request are taken in the order of the items.
        known ??= ids.idsOf(references);
        const id = (await known).get(reference) ?? (await ids.idOf(reference));
        if (!id.ok) return id;
        const updated = await turns.take(id.value, () =>
          sendUpdate(connection, { requestId: id.value, ...update }, turn),
        );
        if (!updated.ok) return updated;
        const shown = { ...output, includes: update.includes };
        return { ok: true, value: [{ json: requestJson(updated.value, shown, connection.instanceUrl) }] };
      };
    },
  });
  notices.show(this);
  return items;
}

/** The data is always returned. */
function withoutData(collection: INodeProperties): INodeProperties {
  return {
    ...collection,
    options: collection.options?.filter(({ name }) => name !== 'includeData'),
  };
}
