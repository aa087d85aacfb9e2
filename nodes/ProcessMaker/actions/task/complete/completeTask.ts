import type { IDataObject } from 'n8n-workflow';

import { findCanceledParent } from '../../../api/requests/changes';
import { readRequest } from '../../../api/requests/requests';
import { aboutTask, type ApiTask, isApiTask, readTask, updateTask } from '../../../api/tasks/tasks';
import { acceptAsMade } from '../../../execution/acceptAsMade';
import { type Attempt, done, lookTimes, makeChange, type Seen, SharedLook } from '../../../execution/change';
import { TaskReader } from '../../../execution/readers';
import { asText, isObject } from '../../../guards';
import type { Connection } from '../../../transport/connection';
import {
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

/** The look for the Tasks of a run whose response was lost. */
export class TaskLook {
  /** Those that were open when they were looked at last. */
  readonly open = new Set<string>();

  readonly closed: SharedLook<ApiTask>;

  constructor(connection: Connection) {
    this.closed = new SharedLook(connection, async (keys) => {
      const ids = keys.map((id) => ({ id: Number(id) }));
      const reader = new TaskReader(connection, ids);
      const closed = new Map<string, ApiTask>();
      for (const { id } of ids) {
        const task = await readIfPossible(() => reader.get({ id }));
        if (task && isClosed(task)) closed.set(String(id), task);
        if (task) this.open.add(String(id));
        else this.open.delete(String(id));
      }
      return closed;
    });
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
  if (attempt.isDone) return completed(before, true);
  if (isClosed(before)) return await perhapsCompleted(connection, before, attempt);
  let task: ApiTask;
  try {
    task = await makeChange(connection, {
      send: async () => await sendCompletion(connection, before, data),
      look: async (error) => await lookAtTask(look, id, { error, windowSeconds }),
      looksOnce: true,
    });
  } catch (error) {
    const after = isKind(error, 'invalid') ? await readIfPossible(() => readTask(connection, id)) : undefined;
    if (!after || !isClosed(after)) throw aboutTask(error, id);
    // An earlier attempt came to its end since, or somebody else was faster.
    return await perhapsCompleted(connection, after, attempt);
  }
  return completed(task, false);
}

async function sendCompletion(connection: Connection, before: ApiTask, data: IDataObject): Promise<ApiTask> {
  const response = await updateTask(connection, before.id, { status: 'COMPLETED', data });
  if (isApiTask(response) && isClosed(response)) return { ...before, ...response };
  throw unexpectedResponse('The response is not that of ProcessMaker to the completion of a Task', 'unknown');
}

const isClosed = ({ status }: ApiTask) => status === 'CLOSED';

/** What became of a call whose response was lost is seen on the Task. */
async function lookAtTask(
  { closed, open }: TaskLook,
  id: number,
  { error, windowSeconds }: { error: ProcessMakerError; windowSeconds: number },
): Promise<Seen<ApiTask>> {
  const found = await closed.find(String(id), lookTimes(windowSeconds, error));
  if (typeof found === 'object') return done(found);
  const isOpen = found === 'missing' && open.has(String(id));
  const seen = isOpen
    ? `Task ${id} was still open when it was looked at last.`
    : `Task ${id} could not be read afterwards.`;
  const details =
    error.kind === 'serverError'
      ? {
          message: `ProcessMaker responded to the completion of Task ${id} with HTTP status 500`,
          description: `${seen} ProcessMaker may have begun to complete it all the same: look there before you repeat it, and let an administrator look into the log of the server.`,
        }
      : { description: `${error.description} ${seen}` };
  return { state: 'notSeen', error: error.with(details) };
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
 * A closed Task that an earlier attempt may have completed. A cancel of its Request, or of one of which that is a
 * sub-process, closes Tasks too, and nobody knows which of the two it was.
 */
async function perhapsCompleted(connection: Connection, task: ApiTask, attempt: Attempt) {
  const part = { ...requestOf(task), completed_at: task.completed_at };
  const parent = await readIfPossible(() =>
    findCanceledParent(part, (id) => readRequest(connection, id, [])),
  );
  const refusal = closedBefore(task, parent);
  acceptAsMade(attempt, refusal);
  if (parent ?? requestOf(task).status === 'CANCELED') throw refusal.with({ outcome: 'unknown' });
  return completed(task, true);
}

function completed(task: ApiTask, alreadyCompleted: boolean): CompletedTask {
  const { id, status } = requestOf(task);
  if (status !== 'ERROR') return { task, alreadyCompleted };
  throw inputError(
    `Task ${task.id} was completed, but its Request ${asText(id)} is in status ERROR now`,
    "Do not complete the Task again. The page of the Request in ProcessMaker shows what went wrong; when it is fixed, an administrator can go on with the operation 'Retry' of 'Request'.",
  ).with({ kind: 'invalid', done: true });
}

function closedBefore(task: ApiTask, canceledParent: IDataObject | undefined): ProcessMakerError {
  const { id, completed_at: at, user } = task;
  const request = requestOf(task);
  const why = canceledParent
    ? `Request ${asText(canceledParent.id)} is in status CANCELED, and its Request ${asText(request.id)} is a sub-process of it`
    : request.status === 'CANCELED' && `its Request ${asText(request.id)} is in status CANCELED`;
  if (why) return inputError(`Task ${id} is closed, since ${why}`, 'Take it out of the items.');
  const when = at ? ` at ${asText(at)}` : '';
  const whose = isObject(user) ? `, as a Task of ${asText(user.fullname)}` : '';
  return inputError(
    `Task ${id} was already completed${when}${whose}`,
    'The data of this item was not taken. Take it out of the items, or get only Tasks in progress.',
  );
}

function requestOf({ process_request: request }: ApiTask): IDataObject {
  return isObject(request) ? request : {};
}
