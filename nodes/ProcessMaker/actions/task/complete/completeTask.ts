import type { IDataObject } from 'n8n-workflow';

import { retryNote, withRetrying } from '../../../api/requests/failure';
import {
  type ApiRequest,
  findCanceledParent,
  isBeingRetried,
  readRequest,
} from '../../../api/requests/requests';
import { aboutTask, type ApiTask, isApiTask, readTask, updateTask } from '../../../api/tasks/tasks';
import { acceptAsMade } from '../../../execution/acceptAsMade';
import { type Attempt, done, lookTimes, makeChange, type Seen, SharedLook } from '../../../execution/change';
import { TaskReader } from '../../../execution/readers';
import { asText, isObject } from '../../../guards';
import { type Connection, pauseFor } from '../../../transport/connection';
import {
  givenUp,
  inputError,
  isKind,
  type ProcessMakerError,
  unexpectedResponse,
} from '../../../transport/processMakerError';

export interface CompletedTask {
  task: ApiTask;
  /** An earlier attempt of this execution did it. */
  alreadyCompleted: boolean;
}

/** A Task that is to be completed, and how long to look for a completion whose outcome is not known. */
interface Wanted {
  id: number;
  windowSeconds: number;
}

/** The look for the Tasks of a run of which it is not known whether they were completed. */
export class TaskLook {
  private readonly began = Date.now();

  /** Those that were open when they were looked at last. */
  private readonly open = new Set<number>();

  private readonly closed: SharedLook<ApiTask>;

  private readonly afterWindow: TaskReader;

  private readonly longestWindow: number;

  constructor(
    private readonly connection: Connection,
    all: Wanted[],
  ) {
    this.closed = new SharedLook(connection, async (keys) => await this.readClosed(keys.map(Number)));
    this.afterWindow = new TaskReader(connection, all);
    this.longestWindow = Math.max(0, ...all.map(({ windowSeconds }) => windowSeconds));
  }

  /** @returns the Task when it is closed; else a sentence on how it was seen last @param times see `lookTimes` */
  async find(id: number, times: number[]): Promise<ApiTask | string> {
    const found = await this.closed.find(String(id), times);
    if (typeof found === 'object') return found;
    return found === 'missing' && this.open.has(id)
      ? `Task ${id} was still open when it was looked at last.`
      : `Task ${id} could not be read afterwards.`;
  }

  /** The same until the window ends, which began with this attempt for all of its items. */
  async findSentBefore({ id, windowSeconds }: Wanted): Promise<ApiTask | string> {
    const passedSeconds = (Date.now() - this.began) / 1000;
    return await this.find(id, lookTimes(Math.max(0, windowSeconds - passedSeconds)));
  }

  /** Reads an open Task again when a completion that was sent before the retry has had the time to come to its end. */
  async readAfterWindow(before: ApiTask, retriedAt: number): Promise<ApiTask> {
    const { id } = before;
    const end = retriedAt + 1000 * this.longestWindow;
    // It was read since.
    if (this.began >= end) return before;
    const { stopped: canceled } = this.connection;
    if (await pauseFor({ canceled }, Math.max(0, end - Date.now())))
      return await this.afterWindow.get({ id });
    throw givenUp(`The execution has ended before Task ${id} was completed`);
  }

  private async readClosed(ids: number[]): Promise<Map<string, ApiTask>> {
    const reader = new TaskReader(
      this.connection,
      ids.map((id) => ({ id })),
    );
    const closed = new Map<string, ApiTask>();
    for (const id of ids) {
      const task = await readIfPossible(() => reader.get({ id }));
      if (task && isClosed(task)) closed.set(String(id), task);
      if (task) this.open.add(id);
      else this.open.delete(id);
    }
    return closed;
  }
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
  const { isDone, mayBeDone, retriedAt } = attempt;
  if (isDone) return await completed(connection, before, true);
  if (isClosed(before)) return await perhapsCompleted(connection, before, attempt);
  if (mayBeDone === 'sent') {
    // The first call may still be at work: a second one would let the Request go on twice.
    const seen = await look.findSentBefore({ id, windowSeconds });
    if (typeof seen === 'string') throw sentBefore(id, seen);
    return await perhapsCompleted(connection, seen, attempt);
  }
  if (retriedAt !== undefined) {
    const now = await look.readAfterWindow(before, retriedAt);
    if (isClosed(now)) return await perhapsCompleted(connection, now, attempt);
  }
  let task: ApiTask;
  try {
    task = await makeChange(connection, {
      send: async () => await sendCompletion(connection, before, data),
      look: async (error) => await lookAtTask(connection, look, id, { error, windowSeconds }),
      looksOnce: true,
    });
  } catch (error) {
    const after = isKind(error, 'invalid') ? await readIfPossible(() => readTask(connection, id)) : undefined;
    if (!after || !isClosed(after)) throw aboutTask(error, id);
    // An earlier attempt came to its end since, or somebody else was faster.
    return await perhapsCompleted(connection, after, attempt);
  }
  return await completed(connection, task, false);
}

async function sendCompletion(connection: Connection, before: ApiTask, data: IDataObject): Promise<ApiTask> {
  const response = await updateTask(connection, before.id, { status: 'COMPLETED', data });
  if (isApiTask(response) && isClosed(response)) return { ...before, ...response };
  throw unexpectedResponse('The response is not that of ProcessMaker to the completion of a Task', 'unknown');
}

/** Whether nothing can be completed any more. */
export const isClosed = ({ status }: ApiTask) => status === 'CLOSED';

/** What became of a call whose response was lost is seen on the Task. */
async function lookAtTask(
  connection: Connection,
  look: TaskLook,
  id: number,
  { error, windowSeconds }: { error: ProcessMakerError; windowSeconds: number },
): Promise<Seen<ApiTask>> {
  const seen = await look.find(id, lookTimes(windowSeconds, error));
  if (typeof seen === 'object') {
    const canceled = await canceledAbove(connection, seen);
    return canceled ? { state: 'notSeen', error: closedByCancel(error, seen, canceled) } : done(seen);
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

/** The call was lost, and a cancel has closed the Task: it may have been completed before that. */
function closedByCancel(error: ProcessMakerError, task: ApiTask, canceled: IDataObject): ProcessMakerError {
  return error.with({
    message: `It is not known whether Task ${task.id} was completed: ${whyClosed(task, canceled)}`,
    description: `${error.description} A cancel closes the Tasks that are open, and no response says whether this one was completed before it. Look at the page of the Request in ProcessMaker.`,
  });
}

function sentBefore(id: number, seen: string): ProcessMakerError {
  return inputError(
    `It is not known whether an earlier attempt completed Task ${id}, so it is not completed again`,
    `${seen} ProcessMaker may still be at work on it: look there. If the Task stays open, run the workflow again for this item.`,
  ).with({ outcome: 'unknown' });
}

/** When something cannot be read after the change, what is known of the change stays as it is. */
async function readIfPossible<T>(readIt: () => Promise<T>): Promise<T | undefined> {
  try {
    return await readIt();
  } catch {
    return undefined;
  }
}

/**
 * The canceled Request of a closed Task, or a canceled one of which that is a sub-process. A cancel closes Tasks too, and
 * nobody knows whether one was completed before.
 */
async function canceledAbove(connection: Connection, task: ApiTask): Promise<IDataObject | undefined> {
  const request = requestOf(task);
  if (request.status === 'CANCELED') return request;
  const part = { ...request, completed_at: task.completed_at };
  return await readIfPossible(() => findCanceledParent(part, (id) => readRequest(connection, id, [])));
}

/** A closed Task that an earlier attempt may have completed. */
async function perhapsCompleted(connection: Connection, task: ApiTask, attempt: Attempt) {
  const canceled = await canceledAbove(connection, task);
  const refusal = closedBefore(task, canceled);
  acceptAsMade(attempt, refusal);
  if (canceled) throw refusal.with({ outcome: 'unknown' });
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

function closedBefore(task: ApiTask, canceled: IDataObject | undefined): ProcessMakerError {
  const { id, completed_at: at, user } = task;
  if (canceled) {
    const why = whyClosed(task, canceled);
    return inputError(`Task ${id} is closed, since ${why}`, 'Take it out of the items.');
  }
  const when = at ? ` at ${asText(at)}` : '';
  const whose = isObject(user) ? `, as a Task of ${asText(user.fullname)}` : '';
  return inputError(
    `Task ${id} was already completed${when}${whose}`,
    'The data of this item was not taken. Take it out of the items, or get only Tasks in progress.',
  );
}

function whyClosed(task: ApiTask, canceled: IDataObject): string {
  const { id } = requestOf(task);
  return canceled.id === id
    ? `its Request ${asText(id)} is in status CANCELED`
    : `Request ${asText(canceled.id)} is in status CANCELED, and its Request ${asText(id)} is a sub-process of it`;
}

function requestOf({ process_request: request }: ApiTask): IDataObject {
  return isObject(request) ? request : {};
}
