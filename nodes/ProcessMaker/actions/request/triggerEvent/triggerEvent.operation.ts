import type { IExecuteFunctions } from 'n8n-workflow';

import { requestJson } from '../../../api/output';
import { requestUrl } from '../../../api/requests/requests';
import { KeyedQueue } from '../../../execution/concurrency';
import { RequestReader } from '../../../execution/readers';
import { changeDataFields } from '../../../fields/changeData';
import { readChangeData } from '../../../fields/data';
import { requestLocator, waitingEventLocator } from '../../../fields/locators';
import { readRequestOutput, requestOutputCollection } from '../../../fields/output';
import { readLocator, readRequestReference } from '../../../fields/references';
import { inputError } from '../../../transport/processMakerError';
import { operation } from '../../operation';
import { dataCheck, readTriggered, storageHint, triggerOnce } from './event';

export const triggerEvent = operation({
  value: 'triggerEvent',
  name: 'Trigger Event',
  action: 'Trigger event of request',
  description: 'Trigger the intermediate event at which a Request waits, so that it goes on',
  fields: [requestLocator, waitingEventLocator, ...changeDataFields, requestOutputCollection],
  changes: true,
  read: (context, itemIndex, connection, hints) => ({
    reference: readRequestReference(context, itemIndex, connection),
    eventId: readEventId(context, itemIndex),
    data: readChangeData(context, itemIndex, hints, 'event'),
    output: readRequestOutput(context, itemIndex),
    hints,
  }),
  // The data may hold a time that is another one in a repeat.
  changeOf: ({ reference, eventId }) => ({ reference, eventId }),
  begin(connection, all) {
    const reader = new RequestReader(
      connection,
      all.map(({ reference }) => ({ reference, includes: ['process'] })),
    );
    const mayBeDropped = dataCheck(connection, reader);
    const queue = new KeyedQueue(connection.stopped);
    return async ({ reference, eventId, data, output, hints }, attempt) => {
      const id = await reader.ids.idOf(reference);
      const event = { id, eventId, data };
      const { includes } = output;
      // ProcessMaker may let a Request go on twice for two calls at the same moment.
      const request = await queue.run(id, async () => {
        const isUnsure = !attempt.isDone && (await mayBeDropped(event));
        await triggerOnce(connection, event, attempt);
        if (!isUnsure) return await readTriggered(connection, id, includes);
        const after = await readTriggered(connection, id, [...includes, 'data']);
        const hint = storageHint(event, after);
        if (hint !== undefined) hints.sentences.add(hint);
        if (!includes.includes('data')) delete after?.data;
        return after;
      });
      const { instanceUrl } = connection;
      if (!request) return [{ json: { id, url: requestUrl(id, instanceUrl) } }];
      return [{ json: requestJson(request, output, instanceUrl) }];
    };
  },
});

/** Whole characters, and more than dots, which would lead to another address. */
const ELEMENT_ID = /^(?!\.+$)\P{Surrogate}+$/u;

function readEventId(context: IExecuteFunctions, itemIndex: number): string {
  const { value } = readLocator(context.getNodeParameter('event', itemIndex));
  if (ELEMENT_ID.test(value)) return value;
  throw inputError(
    value === ''
      ? "No event is given in 'Event'"
      : `'Event' holds "${value.toWellFormed()}", which cannot be the id of an event`,
    "Enter the id that the event has in ProcessMaker's designer, e.g. node_4.",
  );
}
