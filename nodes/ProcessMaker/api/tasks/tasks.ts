import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import type { Failure, Result } from '../../transport/failure';
import { readList, type ListCall } from '../../transport/pagination';
import { apiPath, callApiPatiently } from '../../transport/request';
import { isObject } from '../../guards';
import { comparing, listById, type ListOrder } from '../listById';

/** A Task as ProcessMaker's API gives it, as far as it is relied on. */
export interface ApiTask extends IDataObject {
  id: number;
  /** `ACTIVE` or `CLOSED`. */
  status: string;
}

/** Whether an answer's body is a Task. */
export function isApiTask(body: unknown): body is ApiTask {
  return isObject(body) && Number.isInteger(body.id) && typeof body.status === 'string';
}

const NOT_TASKS: { ok: false; failure: Failure } = {
  ok: false,
  failure: {
    kind: 'foreignAnswer',
    message: 'The answer does not hold Tasks in the form that ProcessMaker gives them',
    description: "Check the 'Instance URL' of the credential.",
    delivery: 'notProcessed',
  },
};

const OLDEST_FIRST: ListOrder = { field: 'id', direction: 'asc' };

/**
 * Reads Tasks of the user of the token, or those of all users for an administrator: `GET /api/1.0/tasks`.
 *
 * @param qs the filters; `include` as well
 * @param bounds the order is that of the ids unless told
 * @returns the Tasks, each with its Request, process and user; a failure when an answer is anything but a
 * list of Tasks
 */
export async function listTasks(
  connection: Connection,
  qs: IDataObject,
  { order = OLDEST_FIRST, ...bounds }: Pick<ListCall, 'limit' | 'maxReads'> & { order?: ListOrder } = {},
): Promise<Result<ApiTask[]>> {
  const { field, direction } = order;
  const call = { path: apiPath('1.0', 'tasks'), qs, ...bounds };
  // All Tasks are read by id whatever their order, since open ones leave the list while it is read.
  const isById = field === 'id' || bounds.limit === undefined;
  const list = await (isById
    ? listById(connection, call, direction)
    : readList(connection, { ...call, qs: { ...qs, order_by: field, order_direction: direction } }));
  if (!list.ok) return list;
  if (isById && field !== 'id') list.value.sort(comparing(order));
  const tasks = list.value.filter(isApiTask);
  // An answer that is no list of Tasks does not say that there is none.
  return tasks.length === list.value.length ? { ok: true, value: tasks } : NOT_TASKS;
}

/** What a Task brings along in lists by itself. */
const RELATIONS = ['user', 'processRequest', 'process'];

/** Reads one Task as lists give it: `GET /api/1.0/tasks/{id}?include=…`. */
export async function readTask(
  connection: Connection,
  id: number,
  includes: string[] = [],
): Promise<Result<ApiTask>> {
  const result = await callApiPatiently(connection, {
    method: 'GET',
    path: apiPath('1.0', 'tasks', id),
    qs: { include: [...RELATIONS, ...includes].join(',') },
  });
  if (!result.ok) return { ok: false, failure: aboutTask(result.failure, id) };
  return isApiTask(result.value) ? { ok: true, value: result.value } : NOT_TASKS;
}

/** What some answers mean when they are about one Task. */
export function aboutTask(failure: Failure, id: number): Failure {
  if (failure.kind === 'notFound') {
    return {
      ...failure,
      message: `There is no Task ${id}`,
      description:
        'Its Request may have been deleted, or the id belongs to another instance. The id of a Task is not that of its Request.',
    };
  }
  if (failure.kind === 'forbidden') {
    return {
      ...failure,
      message: `ProcessMaker does not allow this to the user of the access token for Task ${id}`,
      description:
        'The Task has to be assigned to this user, or the user has to be an administrator. Use the token of such a user.',
    };
  }
  return failure;
}
