import type { INodeProperties } from 'n8n-workflow';

import { withRetryingIfRead } from '../../../api/requests/failure';
import { isBeingRetried } from '../../../api/requests/requests';
import { switchField } from '../../../descriptions/common';
import { requestLocator } from '../../../descriptions/locators';
import { requestJson, requestOutputCollection } from '../../../descriptions/output';
import { timeLimitOption } from '../../../descriptions/waitFields';
import { readTimeLimit } from '../../../input/waitParameters';
import { RequestWait } from '../../../waiting/requestWait';
import { operation } from '../../operation';
import { changeRequests, readChanged } from '../requestChange';
import { retryOnce } from './retryOnce';

const waitOptions: INodeProperties[] = [
  switchField(
    'Wait for Retry to End',
    'waitForRetry',
    'Whether to wait until the script that runs again has ended. Otherwise the Request is returned at once, with retrying set to true and, if it is simplified, without a status.',
  ),
  {
    ...timeLimitOption,
    description:
      "How many seconds 'Wait for Retry to End' waits at most. After that, the Request is returned with timedOut set to true.",
    displayOptions: {},
  },
];

const retries = changeRequests(retryOnce);

export const retry = operation({
  value: 'retry',
  name: 'Retry',
  action: 'Retry request',
  description: 'Run the scripts of a Request in status ERROR again. Only administrators can do this.',
  fields: [
    requestLocator,
    {
      ...requestOutputCollection,
      options: [...(requestOutputCollection.options ?? []), ...waitOptions],
    },
  ],
  changes: true,
  read(context, itemIndex, connection, hints) {
    const options = context.getNodeParameter('options', itemIndex, {});
    return {
      ...retries.read(context, itemIndex, connection, hints),
      waitSeconds: options.waitForRetry === true ? readTimeLimit(options) : undefined,
    };
  },
  // What is to be returned may be another in a repeat.
  changeOf: ({ reference }) => reference,
  begin(connection, all, stopped) {
    const retryOne = retries.begin(connection, all, stopped);
    const waits = new RequestWait(connection, stopped);
    return async (value, attempt, slot) => {
      const items = await retryOne(value, attempt, slot);
      const { id, retrying } = items[0]?.json ?? {};
      const { waitSeconds, includes } = value;
      if (waitSeconds === undefined || retrying !== true) return items;
      await slot.whileWaiting(async () => await waits.waitForRetry(Number(id), waitSeconds));
      const changed = await readChanged(connection, Number(id), includes);
      const request = await withRetryingIfRead(connection, changed);
      const json = requestJson(request, value, connection.instanceUrl);
      return [{ json: isBeingRetried(request) ? { ...json, timedOut: true } : json }];
    };
  },
});
