import type { IDataObject } from 'n8n-workflow';

import { retryNote, withRetrying } from '../../../api/requests/failure';
import { type ApiRequest, isBeingRetried, readRequest } from '../../../api/requests/requests';
import { aboutTask, type ApiTask, isApiTask, readTask, updateTask } from '../../../api/tasks/tasks';
import { acceptAsMade } from '../../../execution/acceptAsMade';
import { type Attempt, done, lookTimes, makeChange, type Seen } from '../../../execution/change';
import { asText, isObject } from '../../../guards';
import type { Connection } from '../../../transport/connection';
import {
  inputError,
  isKind,
  type ProcessMakerError,
  unexpectedResponse,
} from '../../../transport/processMakerError';
import {
  canceledAbove,
  closedBefore,
  closedByCancel,
  closedByOther,
  holdsData,
  requestOf,
  sentKey,
} from './closedTask';
import { isClosed, readIfPossible, type TaskLook } from './taskLook';

export interface CompletedTask {
  task: ApiTask;
  /** An earlier attempt of this execution did it. */
  alreadyCompleted: boolean;
}

/**
 * Completes a Task. ProcessMaker carries out every such call that comes while another one is under way, so that it is
 * sent once, and the Task is read when the response was lost.
 *
 * @throws ProcessMakerError, with `done` when its Request came into status ERROR by it
 */
export async function completeTask(
  connection: Connection,
  before: ApiTask,
  { data, windowSeconds, look }: { data: IDataObject; windowSeconds: number; look: TaskLook },
  attempt: Attempt,
): Promise<CompletedTask> {
  const { id } = before;
  const { isDone, mayBeDone, retriedAt, sentAt } = attempt;
  if (isDone) return await completed(connection, before, true);
  if (isClosed(before)) return await perhapsCompleted(connection, before, data, attempt);
  if (mayBeDone === 'sent') {
    // The first call may still be at work: a second one would let the Request go on twice.
    const seen = await look.findSentBefore({ id, windowSeconds });
    if (typeof seen === 'string') throw sentBefore(id, seen);
    return await perhapsCompleted(connection, seen, data, attempt);
  }
  if (retriedAt !== undefined) {
    const now = await look.readAfterWindow(before, retriedAt);
    if (isClosed(now)) return await perhapsCompleted(connection, now, data, attempt);
  }
  // What is given to a repeat may be something else, such as another time.
  sentAt[sentKey(id, data)] = Date.now();
  const isOwn = async (closed: ApiTask) => await holdsData(connection, closed, data, sentAt);
  let task: ApiTask;
  try {
    task = await makeChange(connection, {
      send: async () => await sendCompletion(connection, before, data),
      look: async (error) => await lookAtTask(connection, look, id, { error, windowSeconds, isOwn }),
      looksOnce: true,
    });
  } catch (error) {
    const after = isKind(error, 'invalid') ? await readIfPossible(() => readTask(connection, id)) : undefined;
    if (!after || !isClosed(after)) throw aboutTask(error, id);
    // An earlier attempt came to its end since, or somebody else was faster.
    return await perhapsCompleted(connection, after, data, attempt);
  }
  return await completed(connection, task, false);
}

async function sendCompletion(connection: Connection, before: ApiTask, data: IDataObject): Promise<ApiTask> {
  const response = await updateTask(connection, before.id, { status: 'COMPLETED', data });
  if (isApiTask(response) && isClosed(response)) return { ...before, ...response };
  throw unexpectedResponse('The response is not that of ProcessMaker to the completion of a Task', 'unknown');
}

/** What became of a call whose response was lost is seen on the Task. */
async function lookAtTask(
  connection: Connection,
  look: TaskLook,
  id: number,
  {
    error,
    windowSeconds,
    isOwn,
  }: { error: ProcessMakerError; windowSeconds: number; isOwn: (task: ApiTask) => Promise<boolean> },
): Promise<Seen<ApiTask>> {
  const seen = await look.find(id, lookTimes(windowSeconds, error));
  if (typeof seen === 'object') {
    const canceled = await canceledAbove(connection, seen);
    if (canceled) return { state: 'notSeen', error: closedByCancel(error, seen, canceled) };
    if (await isOwn(seen)) return done(seen);
    const { message, description } = closedByOther(id);
    return {
      state: 'notSeen',
      error: error.with({ message, description: `${error.description} ${description}` }),
    };
  }
  const details =
    error.kind === 'serverError'
      ? {
          message: `ProcessMaker responded to the completion of Task ${id} with HTTP status 500`,
          description: `${seen} ProcessMaker may have begun to complete it all the same: look there before you repeat it, and let an administrator look into the log of the server.`,
        }
      : { description: `${error.description} ${seen}` };
  return { state: 'notSeen', error: error.with(details) };
}

function sentBefore(id: number, seen: string): ProcessMakerError {
  return inputError(
    `It is not known whether an earlier attempt completed Task ${id}, so it is not completed again`,
    `${seen} ProcessMaker may still be at work on it: look there. If the Task stays open, run the workflow again for this item.`,
  ).with({ outcome: 'unknown' });
}

/** A closed Task that an earlier attempt may have completed. */
async function perhapsCompleted(
  connection: Connection,
  task: ApiTask,
  data: IDataObject,
  attempt: Attempt,
): Promise<CompletedTask> {
  const canceled = await canceledAbove(connection, task);
  const refusal = closedBefore(task, canceled);
  acceptAsMade(attempt, refusal);
  if (canceled) throw refusal;
  if (!(await holdsData(connection, task, data, attempt.sentAt))) throw closedByOther(task.id);
  return await completed(connection, task, true);
}

/** @throws ProcessMakerError when the Request of the Task has failed, or may have: not while a script is tried again */
async function completed(
  connection: Connection,
  task: ApiTask,
  alreadyCompleted: boolean,
): Promise<CompletedTask> {
  const { id, status } = requestOf(task);
  if (status !== 'ERROR') return { task, alreadyCompleted };
  const request = await readIfPossible(
    async () => await withRetrying(connection, await readRequest(connection, Number(id), [])),
  );
  if (request && (request.status !== 'ERROR' || isBeingRetried(request))) {
    return { task: withStateOf(task, request), alreadyCompleted };
  }
  throw inputError(
    `Task ${task.id} was completed, but its Request ${asText(id)} is in status ERROR now`,
    `Do not complete the Task again.${retryNote(request ?? { retrying: null })} The page of the Request in ProcessMaker shows what went wrong; when it is fixed, an administrator can go on with the operation 'Retry' of 'Request'.`,
  ).with({ kind: 'invalid', done: true });
}

/** A Task whose Request has gone on since it was read, or is tried again. */
function withStateOf(task: ApiTask, { status, retrying }: ApiRequest): ApiTask {
  const { process_request: before } = task;
  const after = { ...(isObject(before) && before), status, ...(retrying && { retrying }) };
  return { ...task, process_request: after };
}
