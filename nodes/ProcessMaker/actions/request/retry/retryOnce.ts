import { retryRequest } from '../../../api/requests/changes';
import { hasFailedForGood, withRetryingIfRead } from '../../../api/requests/failure';
import {
  aboutRequest,
  type ApiRequest,
  engineErrors,
  isBeingRetried,
  readUnlisted,
} from '../../../api/requests/requests';
import { listOpenScripts } from '../../../api/tasks/tasks';
import { acceptAsMade } from '../../../execution/acceptAsMade';
import { asText } from '../../../guards';
import { type Connection, pauseFor } from '../../../transport/connection';
import { givenUp, inputError, isKind, toProcessMakerError } from '../../../transport/processMakerError';
import { serverTime } from '../../../transport/response';
import { changeRequest, type RequestToChange } from '../requestChange';

/** ProcessMaker notes a failure of a script twice, up to half a second apart, and keeps whole seconds. */
const SETTLED_MS = 2000;
/** How long a retry that was sent before a crash of n8n may wait in ProcessMaker. */
const CRASH_WINDOW_MS = 30_000;

/** Retries a Request in ERROR, once: every further call runs its script once more, also while it still runs. */
export async function retryOnce(toChange: RequestToChange): Promise<ApiRequest> {
  const { connection, output, mayBeDone, sentAt } = toChange;
  const { includes } = output;
  const { request, at } = await readAfterCrash(toChange);
  const { id, status } = request;
  if (isBeingRetried(request)) return request;
  if (status !== 'ERROR') {
    const message = `Request ${id} is in status ${status}, so there is nothing to retry`;
    const refusal = inputError(message, 'Only a Request in status ERROR can be retried.');
    acceptAsMade(toChange, refusal);
    // A retry leaves no error behind.
    if (!showsRetry(request, sentAt[id])) throw refusal;
    return request;
  }
  if (await isTriedAgain(connection, request)) {
    // A retry of this run goes on with further attempts.
    if (sentAt[id] === undefined || mayBeDone !== 'sent') acceptAsMade(toChange, triedAgain(id));
    return { ...request, retrying: true };
  }
  const before = sentAt[id];
  if (before !== undefined) {
    if (mayBeDone !== 'sent')
      throw inputError(
        `Another item has retried Request ${id}, or may have: it is in status ERROR`,
        'It is not retried twice in a run. Take the other items out.',
      );
    if (latestFailure(request) > before) return request;
    throw inputError(
      `It is not known whether an earlier attempt retried Request ${id}, which is in status ERROR, so it is not retried again`,
      'Its script may still run: see its page in ProcessMaker. To retry it all the same, run the workflow again for this item.',
    ).with({ outcome: 'unknown' });
  }
  sentAt[id] = at;
  const retried = await changeRequest(connection, {
    id,
    includes,
    send: async () => await retryRequest(connection, id),
    isMade: (after) => showsRetry(after, at),
    explain(thrown) {
      const error = explain(thrown, id);
      if (error.delivery === 'notProcessed') delete sentAt[id];
      return error;
    },
  });
  // Its first attempt may have failed by then.
  return await withRetryingIfRead(connection, retried);
}

/**
 * Whether something has become of a Request that was in ERROR which only a retry does. A cancel does not, nor does a person
 * who completes the Request by hand: its errors are still there then. @param since only failures after this time count
 */
function showsRetry(request: ApiRequest, since = Infinity): boolean {
  const { status } = request;
  const isCompleted = status === 'COMPLETED' && engineErrors(request).length === 0;
  return isCompleted || status === 'ACTIVE' || isBeingRetried(request) || latestFailure(request) > since;
}

/** Reads it when a retry that was sent before a crash of n8n has had the time to come to its end. */
async function readAfterCrash(toChange: RequestToChange) {
  const { connection, retriedAt, sentAt } = toChange;
  const first = await readSettled(toChange);
  const { request } = first;
  const { id, status } = request;
  const isOpen = status === 'ERROR' && !isBeingRetried(request) && sentAt[id] === undefined;
  const waitMs = retriedAt === undefined ? 0 : retriedAt + CRASH_WINDOW_MS - Date.now();
  if (!isOpen || waitMs <= 0) return first;
  if (!(await pauseFor(connection, waitMs))) throw notRetried(id);
  const last = await readSettled(toChange);
  if (last.request.status === 'ERROR' && latestFailure(last.request) > latestFailure(request)) {
    const refusal = inputError(`The script of Request ${id} has failed once more since the retry began`, '');
    acceptAsMade(toChange, refusal);
  }
  return last;
}

const notRetried = (id: number) => givenUp(`The execution was canceled before Request ${id} was retried`);

/** A retry also runs the scripts once more that run, or that ProcessMaker tries again by itself. */
async function isTriedAgain(connection: Connection, request: ApiRequest): Promise<boolean> {
  if ((await hasFailedForGood(connection, request)) === 'no') return true;
  return (await listOpenScripts(connection, request.id)).length > 0;
}

function triedAgain(id: number) {
  return inputError(
    `Request ${id} is in status ERROR, but a script of it still runs, or ProcessMaker tries it again by itself, so it is not retried`,
    "A retry would run the script twice. The operation 'Wait' of Request waits for it. If nothing happens for much longer than the wait time between its attempts, look at the Request's page in ProcessMaker.",
  );
}

/**
 * Reads a Request in ERROR just before it is retried, and the server's time: what has failed by then is no result of the
 * retry. A retry between the two notes of a failure would look as if it had ended: then a moment is waited.
 */
async function readSettled({ connection, request: listed, output }: RequestToChange) {
  if (listed.status !== 'ERROR') return { request: listed, at: 0 };
  for (let isFirst = true; ; isFirst = false) {
    let now = 0;
    const fresh = await readUnlisted(connection, listed.id, output.includes, (headers) => {
      now = serverTime(headers) ?? 0;
    });
    // Only the list names the process.
    const request = { ...listed, ...fresh };
    const latest = latestFailure(request);
    if (!isFirst || latest <= now - SETTLED_MS) return { request, at: Math.max(now, latest) };
    if (!(await pauseFor(connection, SETTLED_MS))) {
      throw notRetried(listed.id);
    }
  }
}

/** When the engine noted the latest of a Request's errors, in milliseconds since 1970. */
function latestFailure(request: ApiRequest): number {
  return Math.max(0, ...engineErrors(request).map(({ created_at: at }) => Date.parse(asText(at)) || 0));
}

function explain(thrown: unknown, id: number) {
  // The Request was just read, so that what is missing is the route.
  if (isKind(thrown, 'methodNotAllowed', 'notFound')) {
    return thrown.with({
      message: `This ProcessMaker cannot retry Request ${id} by its API`,
      description:
        'The API has it since ProcessMaker 4.3.1. Retry the Request on its page, or update ProcessMaker.',
    });
  }
  return toProcessMakerError(aboutRequest(thrown, id, 'Only an administrator may retry a Request.'));
}
