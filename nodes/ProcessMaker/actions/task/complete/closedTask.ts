import type { IDataObject } from 'n8n-workflow';

import { findCanceledParent, readRequest } from '../../../api/requests/requests';
import type { ApiTask } from '../../../api/tasks/tasks';
import { shortHash } from '../../../execution/attemptStorage';
import type { Attempt } from '../../../execution/change';
import { dataOf, storedForm, visibleFields } from '../../../fields/storedData';
import { asText, isObject } from '../../../guards';
import type { Connection } from '../../../transport/connection';
import { inputError, type ProcessMakerError } from '../../../transport/processMakerError';
import { readIfPossible } from './taskLook';

/**
 * The canceled Request of a closed Task, or a canceled one of which that is a sub-process. A cancel closes Tasks too, and
 * nobody knows whether one was completed before.
 */
export async function canceledAbove(connection: Connection, task: ApiTask): Promise<IDataObject | undefined> {
  const request = requestOf(task);
  if (request.status === 'CANCELED') return request;
  const part = { ...request, completed_at: task.completed_at };
  return await readIfPossible(() => findCanceledParent(part, (id) => readRequest(connection, id, [])));
}

/**
 * Whether the Request of a closed Task holds what this execution has sent with its completion, as far as it can be seen. If
 * not, somebody else may have completed the Task.
 */
export async function holdsData(
  connection: Connection,
  task: ApiTask,
  data: IDataObject,
  sentAt: Attempt['sentAt'],
): Promise<boolean> {
  const names = Object.keys(visibleFields(data));
  if (names.length === 0) return true;
  const id = Number(requestOf(task).id);
  const request = await readIfPossible(() => readRequest(connection, id, ['data']));
  if (!request) return false;
  const stored = Object.entries(dataOf(request)).filter(([name]) => names.includes(name));
  return sentKey(task.id, Object.fromEntries(stored)) in sentAt;
}

/** A Task, and what was sent with its completion. */
export const sentKey = (id: number, data: IDataObject): string =>
  `${id}:${shortHash(storedForm(visibleFields(data)))}`;

export const closedByOther = (id: number) =>
  inputError(
    `It is not known who completed Task ${id}, and whether the data of this item was taken`,
    'The Task is closed, but its Request does not show the data that was sent with it. Somebody else may have completed the Task, or the process has changed the data since. Look at the page of the Request in ProcessMaker.',
  );

/** The call was lost, and a cancel has closed the Task: it may have been completed before that. */
export function closedByCancel(
  error: ProcessMakerError,
  task: ApiTask,
  canceled: IDataObject,
): ProcessMakerError {
  return error.with({
    message: `It is not known whether Task ${task.id} was completed: ${whyClosed(task, canceled)}`,
    description: `${error.description} A cancel closes the Tasks that are open, and no response says whether this one was completed before it. Look at the page of the Request in ProcessMaker.`,
  });
}

export function closedBefore(task: ApiTask, canceled: IDataObject | undefined): ProcessMakerError {
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

export function requestOf({ process_request: request }: ApiTask): IDataObject {
  return isObject(request) ? request : {};
}
