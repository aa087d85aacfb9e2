import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { changeDataFields } from '../../../descriptions/changeData';
import { requestLocator } from '../../../descriptions/locators/request';
import { waitingEventLocator } from '../../../descriptions/locators/waitingEvent';
import { readRequestOutput, requestJson, requestOutputCollection } from '../../../descriptions/requestOutput';
import { readChangeData } from '../../../input/changeData';
import { readLocator } from '../../../input/locators';
import { readRequestReference, RequestIds } from '../../../api/requests/requestReference';
import { runItems } from '../../../execution/runItems';
import { requestUrl } from '../../../api/requests/simplifyRequest';
import { StartNotices } from '../../../execution/hints';
import { triggerEvent as sendEvent } from './triggerEvent';
import { Turns } from '../../../execution/keyedQueue';
import { inputFailure } from '../../../transport/failure';
import type { Operation } from '../../operation';

export const triggerEvent: Operation = {
  value: 'triggerEvent',
  name: 'Trigger Event',
  action: 'Trigger event of request',
  description: 'Let a Request go on that waits at an intermediate event',
  fields: [requestLocator, waitingEventLocator, ...changeDataFields, requestOutputCollection],
  execute,
};

/** Whole characters, and more than dots, which would lead to another address. */
const ELEMENT_ID = /^(?!\.+$)\P{Surrogate}+$/u;

/** Triggers one event per item, and gives its Request as it stands then. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  const notices = new StartNotices();
  const items = await runItems(this, {
    changes: true,
    read(context, itemIndex, connection) {
      const reference = readRequestReference(context, itemIndex, connection);
      if (!reference.ok) return reference;
      const { value: eventId } = readLocator(context.getNodeParameter('event', itemIndex));
      if (eventId === '') {
        return inputFailure(
          "No event is given in 'Event'",
          "Enter the id that the event has in ProcessMaker's designer, e.g. node_4.",
        );
      }
      if (!ELEMENT_ID.test(eventId)) {
        return inputFailure(
          `'Event' holds "${eventId.toWellFormed()}", which cannot be the id of an event`,
          "Enter the id that the event has in ProcessMaker's designer, e.g. node_4.",
        );
      }
      const data = readChangeData(context, itemIndex, notices);
      if (!data.ok) return data;
      const output = readRequestOutput(context, itemIndex);
      return {
        ok: true,
        value: { reference: reference.value, eventId, data: data.value, ...output },
      };
    },
    // The data may hold a time that is another one in a repeat.
    changeOf: ({ reference, eventId }) => ({ reference, eventId }),
    begin(connection, all) {
      const ids = new RequestIds(
        connection,
        all.map(({ reference }) => reference),
      );
      const turns = new Turns();
      return async ({ reference, eventId, data, ...output }, turn) => {
        const id = await ids.idOf(reference);
        if (!id.ok) return id;
        const event = { requestId: id.value, eventId, data, includes: output.includes };
        // ProcessMaker may let a Request go on twice for two calls at the same moment.
        const triggered = await turns.take(id.value, () => sendEvent(connection, event, turn));
        if (!triggered.ok) return triggered;
        const { instanceUrl } = connection;
        const json =
          triggered.value === 'unseen'
            ? { id: id.value, url: requestUrl(id.value, instanceUrl) }
            : requestJson(triggered.value, output, instanceUrl);
        return { ok: true, value: [{ json }] };
      };
    },
  });
  notices.show(this);
  return items;
}
