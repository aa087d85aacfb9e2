import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { requestLocator } from '../../descriptions/locators/request';
import { simplifyOption } from '../../descriptions/simplify';
import { timeLimitOption, waitFields, whenTimeIsOverOption } from '../../descriptions/waitFields';
import { CallbackWait } from '../../callback/callbackWait';
import { readSafely } from '../../input/readSafely';
import { readRequestReference, RequestIds } from '../../api/requests/requestReference';
import { runItems } from '../../execution/runItems';
import { RequestWait } from '../../waiting/requestWait';
import { readWaitFor, readWaitSettings } from '../../input/waitParameters';
import type { Operation } from '../operation';

export const wait: Operation = {
  value: 'wait',
  name: 'Wait',
  action: 'Wait for request',
  description: 'Wait until a Request ends, reaches a Task or calls back',
  fields: [
    requestLocator,
    ...waitFields,
    {
      displayName: 'Options',
      name: 'options',
      type: 'collection',
      placeholder: 'Add option',
      default: {},
      options: [
        {
          displayName: 'Include Data',
          name: 'includeData',
          type: 'boolean',
          default: true,
          description:
            "Whether to return the Request's data as ProcessMaker has stored it, in the field data",
          displayOptions: { show: { '/waitFor': ['callback', 'finish'] } },
        },
        {
          displayName: 'Return Requests in Error',
          name: 'returnErroredRequests',
          type: 'boolean',
          default: false,
          description:
            'Whether a Request that has ended in status ERROR or CANCELED is returned like any other, instead of letting its item fail',
          displayOptions: { show: { '/waitFor': ['callback', 'finish'] } },
        },
        simplifyOption,
        timeLimitOption,
        whenTimeIsOverOption,
      ],
    },
  ],
  execute,
};

/** Waits for the Request of each item, for all of them together. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  const first = readSafely(() => readWaitFor(this, 0, false));
  return first.ok && first.value === 'callback' ? await sleep(this) : await waitForAll(this);
}

async function waitForAll(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(context, {
    changes: false,
    parallel: Infinity,
    read(_context, itemIndex, connection) {
      const reference = readRequestReference(context, itemIndex, connection);
      if (!reference.ok) return reference;
      const waitFor = readWaitFor(context, itemIndex, false);
      if (!waitFor.ok) return waitFor;
      const settings = readWaitSettings(context, itemIndex, waitFor.value);
      if (!settings.ok) return settings;
      return { ok: true, value: { reference: reference.value, settings: settings.value } };
    },
    begin(connection, all, stopped) {
      const ids = new RequestIds(
        connection,
        all.map(({ reference }) => reference),
      );
      const requests = new RequestWait(connection, stopped);
      return async ({ reference, settings }) => {
        const id = await ids.idOf(reference);
        if (!id.ok) return id;
        const json = await requests.wait(id.value, settings);
        return json.ok ? { ok: true, value: [{ json: json.value }] } : json;
      };
    },
  });
}

async function sleep(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(context, {
    changes: false,
    read(_context, itemIndex, connection) {
      const reference = readRequestReference(context, itemIndex, connection);
      if (!reference.ok) return reference;
      const callback = CallbackWait.read(context, itemIndex);
      if (!callback.ok) return callback;
      return { ok: true, value: { reference: reference.value, callback: callback.value } };
    },
    begin(connection, all) {
      const ids = new RequestIds(
        connection,
        all.map(({ reference }) => reference),
      );
      return async ({ reference, callback }) => {
        const id = await ids.idOf(reference);
        if (!id.ok) return id;
        const json = await callback.giveUrlAndSleep(connection, id.value);
        return json.ok ? { ok: true, value: [{ json: json.value }] } : json;
      };
    },
  });
}
