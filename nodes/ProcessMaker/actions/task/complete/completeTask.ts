import type { IDataObject } from 'n8n-workflow';

import { pauseFor, type Connection } from '../../../transport/connection';
import { inputFailure, type Failure, type Result } from '../../../transport/failure';
import { apiPath, callApiPatiently } from '../../../transport/request';
import { asText, isObject } from '../../../guards';
import type { Turn } from '../../../execution/runItems';
import { aboutTask, isApiTask, readTask, type ApiTask } from '../../../api/tasks/tasks';

/** A Task to complete. */
export interface Completion {
  data: IDataObject;
  /** How long to look for what became of a call without an answer. */
  windowSeconds: number;
}

export interface CompletedTask {
  task: ApiTask;
  /** An earlier try of this execution did it. */
  alreadyCompleted: boolean;
}

/**
 * Completes a Task: `PUT /api/1.0/tasks/{id}` with `{"status":"COMPLETED","data":{…}}`. ProcessMaker carries out every
 * such call that comes while another one is under way, so that it is sent once, and the Task is read when there is no
 * answer.
 *
 * @param before the Task as it was read before
 * @returns the Task as it is then; a failure with `done` when its Request came into status ERROR by it
 */
export async function completeTask(
  connection: Connection,
  before: ApiTask,
  { data, windowSeconds }: Completion,
  { mayBeDone, isDone }: Turn,
): Promise<Result<CompletedTask>> {
  const { id } = before;
  if (isDone) return completed(before, true);
  if (before.status === 'CLOSED') {
    return mayBeDone ? perhapsCompleted(before) : { ok: false, failure: closedBefore(before) };
  }
  const call = await callApiPatiently(connection, {
    method: 'PUT',
    path: apiPath('1.0', 'tasks', id),
    body: JSON.stringify({ status: 'COMPLETED', data }),
  });
  if (call.ok && isClosed(call.value)) return completed({ ...before, ...call.value }, false);
  const failure = call.ok ? NOT_CLOSED : call.failure;
  if (failure.kind === 'invalid') {
    const after = await readTask(connection, id);
    if (after.ok && isClosed(after.value)) {
      // An earlier try came to its end since, or somebody else was faster.
      return mayBeDone ? perhapsCompleted(after.value) : { ok: false, failure: closedBefore(after.value) };
    }
  }
  if (failure.delivery === 'notProcessed') return { ok: false, failure: aboutTask(failure, id) };
  return await lookForCompletion(connection, id, failure, windowSeconds);
}

const isClosed = (body: object): body is ApiTask => isApiTask(body) && body.status === 'CLOSED';

/** A closed Task that an earlier try may have completed. A cancel closes Tasks too, and nobody knows which it was. */
function perhapsCompleted(task: ApiTask): Result<CompletedTask> {
  const { status } = isObject(task.process_request) ? task.process_request : {};
  if (status !== 'CANCELED') return completed(task, true);
  return { ok: false, failure: { ...closedBefore(task), delivery: 'unknown' } };
}

function completed(task: ApiTask, alreadyCompleted: boolean): Result<CompletedTask> {
  const request = isObject(task.process_request) ? task.process_request : {};
  if (request.status !== 'ERROR') return { ok: true, value: { task, alreadyCompleted } };
  return {
    ok: false,
    failure: {
      kind: 'invalid',
      message: `Task ${task.id} was completed, but its Request ${asText(request.id)} is in status ERROR now`,
      description:
        "Do not complete the Task again. The page of the Request in ProcessMaker tells what went wrong; when it is put right, an administrator can go on with the operation 'Retry' of 'Request'.",
      delivery: 'notProcessed',
      done: true,
    },
  };
}

/** Pauses between looks; the last one goes on. */
const PAUSES_MS = [1000, 2000, 3000, 5000];

/** What became of a call without a good answer is seen on the Task. */
async function lookForCompletion(
  connection: Connection,
  id: number,
  failure: Failure,
  windowSeconds: number,
): Promise<Result<CompletedTask>> {
  const until = Date.now() + windowSeconds * 1000;
  for (let round = 0; ; round++) {
    const after = await readTask(connection, id);
    if (after.ok && isClosed(after.value)) return completed(after.value, false);
    // ProcessMaker itself has answered that it gave up.
    if (after.ok && failure.kind === 'serverError') return { ok: false, failure: notCompleted(failure, id) };
    const pause = PAUSES_MS[Math.min(round, PAUSES_MS.length - 1)] ?? 0;
    if (Date.now() + pause > until || !(await pauseFor(connection, pause))) {
      return { ok: false, failure: stillUnknown(failure, id, after.ok) };
    }
  }
}

const NOT_CLOSED: Failure = {
  kind: 'foreignAnswer',
  message: 'The answer is not that of ProcessMaker to the completion of a Task',
  description: "Check the 'Instance URL' of the credential.",
  delivery: 'unknown',
};

function notCompleted(failure: Failure, id: number): Failure {
  return {
    ...failure,
    message: `ProcessMaker could not complete Task ${id} and gave no reason (HTTP status 500)`,
    description:
      'The Task is still open. Let a ProcessMaker administrator look into the log of the server, and see whether the Task can be completed by hand.',
    delivery: 'notProcessed',
  };
}

function stillUnknown(failure: Failure, id: number, isOpen: boolean): Failure {
  const seen = isOpen
    ? `Task ${id} was still open when it was looked at last.`
    : `Task ${id} could not be read afterwards.`;
  return { ...failure, description: `${failure.description} ${seen}` };
}

function closedBefore({ id, completed_at: at, process_request: request, user }: ApiTask): Failure {
  const { status, id: requestId } = isObject(request) ? request : {};
  const { failure } =
    status === 'CANCELED'
      ? inputFailure(
          `Task ${id} is closed, since its Request ${asText(requestId)} was canceled`,
          'Take it out of the items.',
        )
      : inputFailure(
          `Task ${id} was already completed${at ? ` at ${asText(at)}` : ''}${isObject(user) ? `, as a Task of ${asText(user.fullname)}` : ''}`,
          'The data of this item was not taken. Take it out of the items, or get only Tasks in progress.',
        );
  return failure;
}
