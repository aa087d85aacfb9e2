import { CallbackWait } from '../../callback/callbackWait';
import { RequestIds } from '../../execution/readers';
import { optionsOf, switchField } from '../../fields/common';
import { requestLocator } from '../../fields/locators';
import { includeDataOption, outputOptions } from '../../fields/output';
import { readRequestReference } from '../../fields/references';
import { waitFields, waitOptions } from '../../fields/waitFields';
import { isSleep, readWaitFor, readWaitSettings } from '../../fields/waitParameters';
import { RequestWait } from '../../waiting/requestWait';
import { operation } from '../operation';

/** Waits for the Request of each item, for all of them together. */
export const wait = operation({
  value: 'wait',
  name: 'Wait',
  action: 'Wait for request',
  description: 'Wait until a Request ends, reaches a Task or calls back',
  fields: [
    requestLocator,
    ...waitFields,
    optionsOf(
      {
        ...includeDataOption,
        default: true,
        displayOptions: { hide: { '/waitFor': ['task'] } },
      },
      switchField(
        'Return Requests in Error',
        'returnErroredRequests',
        'Whether a Request that has ended in status ERROR or CANCELED is returned like any other, instead of throwing an error',
        { displayOptions: { show: { '/waitFor': ['callback', 'finish'] } } },
      ),
      ...outputOptions,
      ...waitOptions,
    ),
  ],
  changes: false,
  parallel: Infinity,
  read(context, itemIndex, connection) {
    const reference = readRequestReference(context, itemIndex, connection);
    const waitFor = readWaitFor(context, itemIndex, false);
    return isSleep(waitFor)
      ? { reference, callback: CallbackWait.read(context, itemIndex, waitFor) }
      : { reference, settings: readWaitSettings(context, itemIndex, waitFor) };
  },
  begin(connection, all, stopped) {
    const ids = new RequestIds(connection, all);
    const requests = new RequestWait(connection, stopped);
    return async ({ reference, callback, settings }) => {
      const id = await ids.idOf(reference);
      const json = callback
        ? await callback.storeUrlAndWait(connection, id)
        : await requests.wait(id, settings);
      return [{ json }];
    };
  },
});
