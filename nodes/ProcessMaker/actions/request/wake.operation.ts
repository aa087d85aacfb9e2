import type { RequestReference } from '../../api/requests/requests';
import { findEnded } from '../../api/requests/requestSearch';
import { beginningOf, Waker } from '../../callback/wake';
import { RequestReader } from '../../execution/readers';
import { optionsOf, textField } from '../../fields/common';
import { requestLocator } from '../../fields/locators';
import { checkSeconds, requireResumeUrl } from '../../fields/parameters';
import { readRequestReference } from '../../fields/references';
import { DEFAULT_VARIABLE, readVariable } from '../../fields/waitParameters';
import { inputError, rethrown } from '../../transport/processMakerError';
import { operation } from '../operation';

const DAY_MS = 86_400_000;
const MAX_DAYS = 90;
const REPEAT_SECONDS = 120;
const MAX_REPEAT_SECONDS = 600;

/** Wakes the workflows that sleep until a Request has ended: that of each item, or those of all that have ended lately. */
export const wake = operation({
  value: 'wake',
  name: 'Wake Waiting Workflow',
  action: 'Wake waiting workflow',
  description:
    "Wake the workflow that sleeps until a Request has ended, by 'Request to Finish, Sleeping'. It goes on only when ProcessMaker confirms the end.",
  fields: [
    {
      displayName: 'Requests',
      name: 'requestsToWake',
      type: 'options',
      noDataExpression: true,
      default: 'item',
      description:
        'The Request of each item, or all that have ended in the last days and hold a URL of this n8n',
      options: [
        { name: 'One for Each Item', value: 'item' },
        { name: 'Ended Since', value: 'endedSince' },
      ],
    },
    { ...requestLocator, displayOptions: { show: { requestsToWake: ['item'] } } },
    {
      displayName: 'Days',
      name: 'days',
      type: 'number',
      typeOptions: { minValue: 0, maxValue: MAX_DAYS },
      default: 3,
      description: 'How many days ago the Requests may have ended',
      displayOptions: { show: { requestsToWake: ['endedSince'] } },
    },
    textField(
      'Variable for the URL',
      'callbackVariable',
      'The variable of the Request in which the node that waits has put its URL',
      { default: DEFAULT_VARIABLE, required: true },
    ),
    optionsOf({
      displayName: 'Repeat For',
      name: 'repeatSeconds',
      type: 'number',
      typeOptions: { minValue: 1, maxValue: MAX_REPEAT_SECONDS },
      default: REPEAT_SECONDS,
      description: 'For how many seconds to repeat a call that n8n, or the workflow, is not ready for',
    }),
  ],
  inTool: false,
  changes: false,
  parallel: Infinity,
  read(context, itemIndex, connection) {
    const isSweep = context.getNodeParameter('requestsToWake', itemIndex, 'item') === 'endedSince';
    const { repeatSeconds = REPEAT_SECONDS } = context.getNodeParameter('options', itemIndex, {});
    const days = isSweep ? readDays(context.getNodeParameter('days', itemIndex)) : undefined;
    return {
      days,
      request: days ? undefined : withSummary(readRequestReference(context, itemIndex, connection)),
      variable: readVariable(context.getNodeParameter('callbackVariable', itemIndex, DEFAULT_VARIABLE)),
      ownUrl: requireResumeUrl(context).url,
      seconds: checkSeconds(repeatSeconds, 'Repeat For', MAX_REPEAT_SECONDS),
      // A person who tries the node sees all that it finds.
      isManual: context.getMode() === 'manual',
    };
  },
  begin(connection, all) {
    const waker = new Waker(connection);
    const given = all.flatMap(({ request }) => request ?? []);
    const reader = new RequestReader(connection, given);
    return async ({ request: one, days = 0, variable, ownUrl, seconds, isManual }) => {
      if (one) return [{ json: await waker.wake(await reader.get(one), variable, ownUrl, seconds) }];
      const since = Date.now() - days * DAY_MS;
      const ended = await findEnded(connection, since, variable, beginningOf(ownUrl));
      const open = ended.filter((request) => isManual || !waker.isAnswered(request, variable));
      const requests = open.map(({ id }) => withSummary({ id }));
      const found = new RequestReader(connection, requests);
      const results = await Promise.allSettled(
        requests.map(async (each) => await waker.wake(await found.get(each), variable, ownUrl, seconds)),
      );
      const [first] = results;
      if (first?.status === 'rejected' && results.every(({ status }) => status === 'rejected')) {
        throw rethrown(first.reason);
      }
      return results.map((result, index) => {
        if (result.status === 'fulfilled') return { json: result.value };
        const { message } = rethrown(result.reason);
        return { json: { requestId: open[index]?.id, outcome: 'notYet', executionId: null, message } };
      });
    };
  },
});

const withSummary = (reference: RequestReference) => ({ reference, includes: ['summary'] });

function readDays(value: unknown): number {
  const days = Number(value);
  if (days > 0 && days <= MAX_DAYS) return days;
  throw inputError(
    `'Days' is not a number above 0, and at most ${MAX_DAYS}`,
    'Enter a number of days, e.g. 3.',
  );
}
