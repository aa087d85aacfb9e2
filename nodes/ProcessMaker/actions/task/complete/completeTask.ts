import type { IDataObject } from 'n8n-workflow';

import { aboutTask, type ApiTask, isApiTask, readTask, updateTask } from '../../../api/tasks/tasks';
import { acceptAsMade } from '../../../execution/acceptAsMade';
import { type Attempt, done, makeChange, type Seen } from '../../../execution/change';
import { asText, isObject } from '../../../guards';
import type { Connection } from '../../../transport/connection';
import {
  inputError,
  isKind,
  ProcessMakerError,
  unexpectedResponse,
} from '../../../transport/processMakerError';

/** What a Task is completed with. */
export interface Completion {
  data: IDataObject;
  /** How long to look for what became of a call whose response was lost. */
  windowSeconds: number;
}

export interface CompletedTask {
  task: ApiTask;
  /** An earlier attempt of this execution did it. */
  alreadyCompleted: boolean;
}

const LOOK_AFTER_MS = [0, 1000, 2000, 3000, 5000];

/**
 * Completes a Task. ProcessMaker carries out every such call that comes while another one is under way, so that it is
 * sent once, and the Task is read when the response was lost.
 *
 * @param before the Task as it was read before
 * @returns the Task as it is then
 * @throws ProcessMakerError, with `done` when its Request came into status ERROR by it
 */
export async function completeTask(
  connection: Connection,
  before: ApiTask,
  { data, windowSeconds }: Completion,
  attempt: Attempt,
): Promise<CompletedTask> {
  const { id } = before;
  if (attempt.isDone) return completed(before, true);
  if (isClosed(before)) return perhapsCompleted(before, attempt);
  let task: ApiTask;
  try {
    task = await makeChange(connection, {
      send: async () => await sendCompletion(connection, before, data),
      look: async (error) => await lookAtTask(connection, id, error),
      lookAfterMs: LOOK_AFTER_MS,
      windowMs: windowSeconds * 1000,
    });
  } catch (error) {
    const after = isKind(error, 'invalid') ? await readIfPossible(connection, id) : undefined;
    if (!after || !isClosed(after)) throw aboutTask(error, id);
    // An earlier attempt came to its end since, or somebody else was faster.
    return perhapsCompleted(after, attempt);
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
  connection: Connection,
  id: number,
  error: ProcessMakerError,
): Promise<Seen<ApiTask>> {
  const task = await readIfPossible(connection, id);
  if (task && isClosed(task)) return done(task);
  // ProcessMaker itself has responded that it gave up.
  if (task && error.kind === 'serverError') {
    const notDone = error.with({
      message: `ProcessMaker could not complete Task ${id} and gave no reason (HTTP status 500)`,
      description:
        'The Task is still open. Let a ProcessMaker administrator look into the log of the server, and see whether the Task can be completed by hand.',
    });
    return { state: 'notDone', error: notDone };
  }
  const seen = task
    ? `Task ${id} was still open when it was looked at last.`
    : `Task ${id} could not be read afterwards.`;
  return { state: 'notSeen', error: error.with({ description: `${error.description} ${seen}` }) };
}

/** When the Task cannot be read after the change, what is known of the change stays as it is. */
async function readIfPossible(connection: Connection, id: number): Promise<ApiTask | undefined> {
  try {
    return await readTask(connection, id);
  } catch {
    return undefined;
  }
}

/**
 * A closed Task that an earlier attempt may have completed. A cancel closes Tasks too, and nobody knows which of the two
 * it was.
 */
function perhapsCompleted(task: ApiTask, attempt: Attempt): CompletedTask {
  const refusal = closedBefore(task);
  acceptAsMade(attempt, refusal);
  if (requestOf(task).status === 'CANCELED') throw refusal.with({ outcome: 'unknown' });
  return completed(task, true);
}

function completed(task: ApiTask, alreadyCompleted: boolean): CompletedTask {
  const { id, status } = requestOf(task);
  if (status !== 'ERROR') return { task, alreadyCompleted };
  throw new ProcessMakerError({
    kind: 'invalid',
    message: `Task ${task.id} was completed, but its Request ${asText(id)} is in status ERROR now`,
    description:
      "Do not complete the Task again. The page of the Request in ProcessMaker shows what went wrong; when it is fixed, an administrator can go on with the operation 'Retry' of 'Request'.",
    delivery: 'notProcessed',
    done: true,
  });
}

function closedBefore(task: ApiTask): ProcessMakerError {
  const { id, completed_at: at, user } = task;
  const request = requestOf(task);
  if (request.status === 'CANCELED') {
    return inputError(
      `Task ${id} is closed, since its Request ${asText(request.id)} was canceled`,
      'Take it out of the items.',
    );
  }
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
