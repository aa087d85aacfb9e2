import type { INodeProperties } from 'n8n-workflow';

import { requestJson } from '../../../api/output';
import { countRetries } from '../../../api/requests/changes';
import { withRetryingIfRead } from '../../../api/requests/failure';
import { isBeingRetried } from '../../../api/requests/requests';
import { switchField } from '../../../fields/common';
import { requestLocator } from '../../../fields/locators';
import { requestOutputCollection } from '../../../fields/output';
import { timeLimitOption } from '../../../fields/waitFields';
import { readTimeLimit } from '../../../fields/waitParameters';
import type { Connection } from '../../../transport/connection';
import { ifRead } from '../../../transport/processMakerError';
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
  description: 'Run the scripts of a Request in status ERROR again (administrators only)',
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
      hint: (message: string) => hints.addForItem(message, itemIndex),
    };
  },
  // What is to be returned may be another in a repeat.
  changeOf: ({ reference }) => reference,
  begin(connection, all, stopped) {
    const retryOne = retries.begin(connection, all, stopped);
    const waits = new RequestWait(connection, stopped);
    return async (value, attempt, slot) => {
      let items = await retryOne(value, attempt, slot);
      const { id, retrying } = items[0]?.json ?? {};
      const { waitSeconds, includes } = value;
      if (waitSeconds !== undefined && retrying === true) {
        await slot.whileWaiting(async () => await waits.waitForRetry(Number(id), waitSeconds));
        const changed = await readChanged(connection, Number(id), includes);
        const request = await withRetryingIfRead(connection, changed);
        const json = requestJson(request, value, connection.instanceUrl);
        items = [{ json: isBeingRetried(request) ? { ...json, timedOut: true } : json }];
      }
      const sentAt = attempt.sentAt[Number(id)];
      // Since an earlier attempt has sent it, others may have retried it for good reasons.
      if (sentAt !== undefined && attempt.mayBeDone !== 'sent') {
        const hint = await hintAtOthers(connection, Number(id), sentAt);
        if (hint) value.hint(hint);
      }
      return items;
    };
  },
});

/** What is said where another execution or a person has retried a Request as well: nobody can prevent that. */
async function hintAtOthers(connection: Connection, id: number, since: number): Promise<string | undefined> {
  const count = await ifRead(countRetries(connection, id, since));
  if (count === undefined || count < 2) return undefined;
  return `The comments of the Request show ${count} retries at the same time, by another execution or a person as well, so that its script may have run more than once: see its page in ProcessMaker`;
}
