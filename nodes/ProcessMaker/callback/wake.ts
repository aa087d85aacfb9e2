import type { IDataObject } from 'n8n-workflow';

import { summaryValue, withoutSignature } from '../api/requests/hiddenKey';
import type { ApiRequest } from '../api/requests/requests';
import { shortHash } from '../execution/attemptStorage';
import { KeyedQueue } from '../execution/concurrency';
import { once } from '../execution/readers';
import { asText } from '../guards';
import { type Connection, pauseFor, RetryBudget } from '../transport/connection';
import { givenUp, newError } from '../transport/processMakerError';
import { ENDED_PATH } from './callbackWait';
import { callExecution, type WakeResult } from './wakeCall';

/** n8n calls itself. */
const CALLS_AT_ONCE = 5;

/**
 * Requests for which no further call is of use, in the memory of n8n's process: n8n writes a workflow's static data as a
 * whole at the end of an execution, so that this node and the trigger before it would undo each other's.
 */
const answered = new Set<string>();
const MAX_ANSWERED = 20_000;

/** What the URLs of all executions of this n8n begin with. */
export function beginningOf({ origin, pathname }: URL): string {
  return origin + pathname.replace(/[^/]*$/, '');
}

/**
 * The URL to call. Any user of ProcessMaker may write any URL: three values are taken from it, and put into n8n's own.
 * Undefined when it is not that of an execution of this n8n which sleeps until a Request has ended.
 */
function targetOf(stored: string, ownUrl: URL): URL | undefined {
  // What programs do not all read in the same way.
  if (/^[^?#]*(?:[\\@\s]|\.\.|%2e)/i.test(stored) || !URL.canParse(stored)) return undefined;
  const { origin, pathname, searchParams } = new URL(stored);
  const executionId = /\/(\d{1,20})\/\w+$/.exec(pathname)?.[1];
  const url = new URL(`${beginningOf(ownUrl)}${executionId}/${ENDED_PATH}`);
  if (executionId === undefined || origin + pathname !== url.href) return undefined;
  for (const name of ['signature', 'wait']) {
    const value = searchParams.get(name);
    if (value) url.searchParams.set(name, value);
  }
  return url;
}

/** Wakes the executions whose URLs are in Requests that have ended; each once in a run. */
export class Waker {
  private readonly results = new Map<string, Promise<WakeResult>>();

  private readonly queue: KeyedQueue;

  private calls = 0;

  /** When the first call began that n8n has not responded to, if it has not responded to any since. */
  private silentSince?: number;

  constructor(private readonly connection: Connection) {
    this.queue = new KeyedQueue(connection.canceled);
  }

  /** Whether a Request, as it was changed last, needs no further call. */
  isAnswered(request: ApiRequest, variable: string): boolean {
    return answered.has(this.keyOf(request, variable));
  }

  /** @param request with its summary, which shows hidden fields @param seconds how long to call while n8n is not ready */
  async wake(request: ApiRequest, variable: string, ownUrl: URL, seconds: number): Promise<IDataObject> {
    const { id: requestId, summary } = request;
    if (!Array.isArray(summary)) throw notShown(requestId);
    const stored = asText(summaryValue(request, variable));
    const url = targetOf(stored, ownUrl);
    const executionId = url?.pathname.split('/').at(-2) ?? null;
    // A sub-process has the data of its parent, and with it the same URL.
    const { outcome, message } = url
      ? await once(this.results, url.href, async () => await this.call(url, seconds))
      : uncalled(stored, variable);
    // One that was woken is called once more by the next sweep: n8n may have stopped before it went on.
    if (stored && (outcome === 'over' || outcome === 'refused')) {
      if (answered.size === MAX_ANSWERED) answered.clear();
      answered.add(this.keyOf(request, variable));
    }
    return { requestId, outcome, executionId, message: withoutSignature(message) };
  }

  private async call(url: URL, seconds: number): Promise<WakeResult> {
    const { connection, queue } = this;
    const budget = new RetryBudget(seconds * 1000);
    let result = NOT_CALLED;
    for (let attempts = 1; ; attempts++) {
      await queue.run(this.calls++ % CALLS_AT_ONCE, async () => {
        const now = Date.now();
        this.silentSince ??= now;
        // Each of thousands would wait for a minute.
        if (now - this.silentSince > seconds * 1000) return;
        result = await callExecution(connection, url);
        if (!result.isSilent) this.silentSince = undefined;
      });
      const pause = result.again && budget.pauseBefore(attempts, result.again.afterSeconds);
      if (pause === undefined) return result;
      if (await pauseFor(connection, pause)) continue;
      throw givenUp('The execution was canceled before it had woken the workflow of this item');
    }
  }

  private keyOf({ id, updated_at: changedAt }: ApiRequest, variable: string): string {
    return shortHash(JSON.stringify([this.connection.instanceUrl, id, changedAt, variable]));
  }
}

const NOT_CALLED: WakeResult = {
  outcome: 'notYet',
  message: 'n8n did not respond to the calls for other Requests, so this one was not called.',
};

function uncalled(stored: string, variable: string) {
  const none = `There is no URL in its variable '${variable}': no workflow waits for its end.`;
  if (stored === '') return { outcome: 'over', message: none };
  const message = `The URL in its variable '${variable}' is not called: it is not that of a workflow in this n8n which sleeps until a Request has ended.`;
  return { outcome: 'refused', message };
}

function notShown(requestId: number) {
  return newError(
    'forbidden',
    `ProcessMaker does not show the summary of Request ${requestId}, which holds the URL of a waiting workflow`,
    'Use the credential of a user who may see the summary of these Requests, such as an administrator.',
  ).with({ requestId });
}
