import type { StartTarget } from '../api/processes/processes';
import { engineReason, retryNote } from '../api/requests/failure';
import { type FoundRequest, KEY_FIELD } from '../api/requests/hiddenKey';
import { type ApiRequest, isBeingRetried, requestUrl, starterOf } from '../api/requests/requests';
import type { AttemptRecord } from '../execution/attemptRecord';
import { type DoneSummary, NOTHING_DONE } from '../execution/itemResults';
import {
  explained,
  inputError,
  type ProcessMakerError,
  toProcessMakerError,
} from '../transport/processMakerError';

export const EARLIER_UNKNOWN = 'It is not known whether an earlier attempt started a Request for this item';
const RUN_AGAIN = 'To start it all the same, run the workflow again for this item.';

/** What is known of an item that has failed: whether a Request was, or may have been, started for it. */
export function withOutcome(
  error: ProcessMakerError,
  { index, wasSent, record }: { index: number; wasSent: boolean; record: AttemptRecord | undefined },
): ProcessMakerError {
  if (error.outcome) return error;
  const mark = record?.earlierMark(index);
  if (typeof mark === 'number') {
    // An item whose Request was there before, and which was to get its files.
    const started = error.with({ outcome: 'started', requestId: mark });
    if (error.kind !== 'canceled') return started;
    return started.with({
      message: `The execution was stopped before the files of Request ${mark} were uploaded`,
      description: 'Retry the execution: nothing is started again, and only the missing files are uploaded.',
    });
  }
  const isUnknown = wasSent ? error.delivery === 'unknown' : record?.crash !== undefined;
  return error.with({ outcome: mark !== undefined || isUnknown ? 'unknown' : 'notStarted' });
}

/**
 * The caller of a tool may see the message alone, and a model is quick to call again what did not succeed.
 *
 * @param startedIds what the tries of this call have started
 */
export function forCaller(error: ProcessMakerError, startedIds: number[]): ProcessMakerError {
  const { message, outcome, requestId } = error;
  const isStarted = outcome === 'started' || outcome === 'startedInError';
  const ids = new Set(isStarted && requestId !== undefined ? [...startedIds, requestId] : startedIds);
  if (outcome !== 'unknown' && ids.size === 0) return error;
  const were = ids.size === 1 ? 'was' : 'were';
  const why =
    ids.size > 0
      ? `${nameRequests([...ids])} ${were} started for it`
      : 'a Request may have been started all the same';
  return error.with({ message: `Do not call again with the same input, since ${why}: ${message}` });
}

/** Where the Request comes from that is returned for an item. */
export type Origin = 'started' | 'earlierAttempt' | 'existingKey';

/** A Request in ERROR is no success, unless it is being retried; nor is a canceled one of an earlier attempt. */
export function errorOf(request: ApiRequest, origin: Origin, instanceUrl: string) {
  const { id, status } = request;
  const hasFailed = status === 'ERROR' || (status === 'CANCELED' && origin === 'earlierAttempt');
  if (!hasFailed || isBeingRetried(request)) return undefined;
  const isInStatus = {
    started: `was started, but is in status ${status}`,
    earlierAttempt: `was already started for this item, and is in status ${status}`,
    existingKey: `already exists for the Idempotency Key, and is in status ${status}`,
  }[origin];
  const advice =
    origin === 'existingKey'
      ? "To start another Request in its place, set the option 'If a Request With the Key Exists' to 'Start Again If It Ended in Error or Was Canceled'."
      : 'To start another Request instead, run the workflow again, with another Idempotency Key where you give one.';
  return inputError(
    `Request ${id} ${isInStatus}${engineReason(request)}`,
    `See it at ${requestUrl(id, instanceUrl)}.${retryNote(request)} When the cause is fixed, an administrator can retry it in ProcessMaker. ${advice}`,
  ).with({ kind: 'invalid', outcome: status === 'ERROR' ? 'startedInError' : 'started', requestId: id });
}

const UNKNOWN = { kind: 'connectionLost', delivery: 'unknown', outcome: 'unknown' } as const;

/** An earlier attempt has sent it, and it was not found. */
export function stillUnknown(key: string): ProcessMakerError {
  const message = `${EARLIER_UNKNOWN}, so it is not started again`;
  return inputError(message, `${howToSearch(key)}. ${RUN_AGAIN}`).with({ ...UNKNOWN, key });
}

/** The execution is retried, n8n has lost what it had started, and there is no key to find it by. */
export function mayBeFromBeforeCrash(): ProcessMakerError {
  return inputError(
    'n8n has not kept what the execution before this retry had started, and without a key it cannot be looked up, so nothing is started',
    `Look in ProcessMaker for the Request of this item. ${RUN_AGAIN}`,
  ).with(UNKNOWN);
}

/** Other data was started in its place. */
export function disputed({ id }: ApiRequest): ProcessMakerError {
  return inputError(
    `An earlier attempt of this execution started Request ${id} in the place of this item, but with other data`,
    `It is not known whether it is the same start, so it is not started again. If Request ${id} does not belong to this item, run the workflow again for it. Values that change in each run, such as the time, cause this.`,
  ).with({ ...UNKNOWN, kind: 'invalid', requestId: id });
}

/** Only other users' Requests hold the hidden key: it may be a copy, or this start with the credential of another user. */
export function heldByOther(request: ApiRequest): ProcessMakerError {
  const { id } = request;
  return inputError(
    `Request ${id} holds the key of this item's start, but ${starterText(request)} has started it, and not the user of the access token`,
    `It is not known whether it is the same start, so it is not started again. It is, if the credential had another user then. If Request ${id} does not belong to this item, run the workflow again for it.`,
  ).with({ ...UNKNOWN, kind: 'invalid', requestId: id });
}

function starterText(request: ApiRequest, name = 'another user'): string {
  const userId = starterOf(request);
  return userId === undefined ? 'no user' : `${name} (user ${userId})`;
}

/** Nothing may be sent before it is known what was. @param isRepeat whether this execution itself may have sent it */
export function lookUpError(thrown: unknown, isRepeat: boolean): Error {
  return explained(toProcessMakerError(thrown), ({ message }) => ({
    message: `What was started before could not be looked up, so nothing is started: ${message}`,
    outcome: isRepeat ? 'unknown' : 'notStarted',
  }));
}

/** An earlier attempt has started it, and it is not there any more. */
export function gone(requestId: number): ProcessMakerError {
  return inputError(
    `Request ${requestId} was started for this item by an earlier attempt, but is no longer there`,
    `It may have been deleted in ProcessMaker. It is not started again. ${RUN_AGAIN}`,
  ).with({ kind: 'notFound', outcome: 'started', requestId });
}

/** There is a Request with the user's own key, and the option says that it must not exist. */
export function alreadyExists({ id, status }: ApiRequest, key: string): ProcessMakerError {
  return inputError(
    `Request ${id} (${status}) already exists for the Idempotency Key "${key}"`,
    "Nothing was started. The option 'If a Request With the Key Exists' decides what happens then.",
  ).with({ kind: 'invalid', outcome: 'notStarted', requestId: id });
}

const FOREIGN_OPTION = "The option 'If Another User's Request Has the Key' decides what happens then.";

/** Only Requests of other users have the user's own key: they may hold other data. */
export function takenByOther({ request, starter }: FoundRequest, key: string): ProcessMakerError {
  const { id, status } = request;
  return inputError(
    `Request ${id} (${status}), which ${starterText(request, starter)} has started, holds the Idempotency Key "${key}"`,
    `Nothing was started. Everybody who may start the process can take a key in advance: look at that Request first. ${FOREIGN_OPTION}`,
  ).with({ kind: 'invalid', outcome: 'notStarted', requestId: id });
}

/** There is a Request with the user's own key, and the server does not tell whether the user has started it. */
export function starterUnclear({ request }: FoundRequest, key: string): ProcessMakerError {
  const { id, status } = request;
  return inputError(
    `Request ${id} (${status}) holds the Idempotency Key "${key}", but it could not be read whether the user of the access token has started it`,
    `Nothing was started. ProcessMaker shows whose access token it is since version 4.12. An older one shows it only while the user has a Request that is under way. ${FOREIGN_OPTION}`,
  ).with({ kind: 'invalid', outcome: 'notStarted', requestId: id });
}

/** The Request with the user's own key has ended, but another one with the same whole key goes on. */
export function copyGoesOn({ id, status }: ApiRequest, copies: number[]): ProcessMakerError {
  return inputError(
    `Request ${id} is in status ${status}, but ${nameRequests(copies)} with the same key ${copies.length === 1 ? 'has' : 'have'} not ended in ERROR or CANCELED`,
    'Nothing was started: it is a copy of the data, or the same start sent twice. Look at it in ProcessMaker. To start another Request all the same, give another Idempotency Key.',
  ).with({ kind: 'invalid', outcome: 'notStarted', requestId: id, sameKey: copies });
}

/** A start whose response was lost, and that is not there. @param heldByOthers other users' Requests with its key */
export function notFound(error: ProcessMakerError, heldByOthers: ApiRequest[] = []): ProcessMakerError {
  const until = error.kind === 'serverError' ? 'in the seconds after' : "by the end of the 'Recovery Window'";
  const description = `${error.description} No Request was found ${until}.`;
  const [other] = heldByOthers;
  if (!other) return error.with({ description });
  return error.with({
    description: `${description} Request ${other.id} holds its key, but ${starterText(other)} has started it.`,
    sameKey: heldByOthers.map(({ id }) => id),
  });
}

/** The process has no such start event, which is why ProcessMaker has responded with a 500. */
export function noStartEvent(
  error: ProcessMakerError,
  { processId, startEventId }: StartTarget,
  ids: string[],
) {
  return error.with({
    kind: 'notFound',
    message: `Process ${processId} has no start event "${startEventId}"`,
    description: `No Request was started. Its start events are: ${ids.join(', ')}. Give one of them in 'Start Event'. The id that was given may be that of another element, such as a task.`,
  });
}

/** How to find a start in ProcessMaker by hand. */
export function howToSearch(key: string): string {
  return `To look for it, search the Requests in ProcessMaker with the PMQL: data.${KEY_FIELD} = "${key}"`;
}

const MAX_IDS_IN_MESSAGE = 25;

/** Requests in the order of their ids, e.g. `Request 12`, and of many the first: `Requests 12, 13, … and 4 more`. */
export function nameRequests(ids: number[]): string {
  const shown = inOrder(ids).slice(0, MAX_IDS_IN_MESSAGE).join(', ');
  const rest = ids.length - MAX_IDS_IN_MESSAGE;
  return `${ids.length === 1 ? 'Request' : 'Requests'} ${shown}${rest > 0 ? ` and ${rest} more` : ''}`;
}

const inOrder = (ids: number[]) => [...ids].sort((a, b) => a - b);

/** Names the Requests of a run that stops. */
export function startedSummary(ids: number[]): DoneSummary {
  if (ids.length === 0) return NOTHING_DONE;
  const isLong = ids.length > MAX_IDS_IN_MESSAGE;
  const description = isLong ? `All Requests started in this run: ${inOrder(ids).join(', ')}.` : '';
  return { message: `. Started in this run: ${nameRequests(ids)}`, description };
}
