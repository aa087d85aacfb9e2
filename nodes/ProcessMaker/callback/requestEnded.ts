import type { IWebhookFunctions } from 'n8n-workflow';

import { withRetrying } from '../api/requests/failure';
import { type ApiRequest, findCanceledParent, isUnderWay, readRequest } from '../api/requests/requests';
import { type Connection, pauseFor } from '../transport/connection';
import { isKind, rethrown } from '../transport/processMakerError';
import { type AwaitedCall, type Decision, readAwaited } from './callbackWait';
import { readDecision } from './decision';
import { isBeingWoken } from './wakeOnce';

/** The time from one read for a wait to the next, however many calls come. */
const BETWEEN_READS_MS = 2000;

/** By the tag of a wait: the read that has not begun, so that a call that comes now can rely on it. */
const upcoming = new Map<string, Promise<Decision>>();
/** By the tag of a wait: ends some time after the last read. */
const recent = new Map<string, Promise<unknown>>();

/**
 * Wakes the execution when ProcessMaker says that its Request has ended, whoever calls: nothing of the call counts. Calls
 * that come together share a read. It begins after each of them, so that none is refused by what was true before it.
 */
export async function decideByEnd(context: IWebhookFunctions, awaited: AwaitedCall, tag: string) {
  const joined = upcoming.get(tag);
  if (joined) return await joined;
  const decision = (async () => {
    await recent.get(tag);
    upcoming.delete(tag);
    if (isBeingWoken(tag)) return { refused: 'isBeingWoken' } as const;
    const read = readEnd(context, awaited);
    const pause = Promise.allSettled([read, pauseFor({}, BETWEEN_READS_MS)]).then(() => {
      if (recent.get(tag) === pause) recent.delete(tag);
    });
    recent.set(tag, pause);
    return await read;
  })();
  upcoming.set(tag, decision);
  return await decision;
}

/** What ProcessMaker itself cannot give of one Request, it may never give: then it sleeps no longer than before. */
async function judgeEnd(connection: Connection, request: ApiRequest): Promise<ApiRequest> {
  return await withRetrying(connection, request).catch((error: unknown) => {
    if (isKind(error, 'serverError')) return { ...request, retrying: null };
    throw rethrown(error);
  });
}

async function readEnd(context: IWebhookFunctions, awaited: AwaitedCall): Promise<Decision> {
  const { connection, request, json } = await readAwaited(context, awaited, judgeEnd);
  if (isUnderWay(request)) return { refused: 'notEnded' };
  const { decision } = awaited;
  if (decision) return { json: await readDecision(connection, request, decision) };
  const parent = await findCanceledParent(request, (id) => readRequest(connection, id, []));
  return { json: parent ? { ...json, parentStatus: parent.status } : json };
}
