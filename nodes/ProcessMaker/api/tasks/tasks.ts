import type { IDataObject } from 'n8n-workflow';

import { hasIdAndStatus, asText, isObject } from '../../guards';
import type { Connection } from '../../transport/connection';
import { type ListCall, type ListPage, PAGE_SIZE, readList } from '../../transport/pagination';
import { explained, unexpectedResponse } from '../../transport/processMakerError';
import { apiPath, read, sendRequest } from '../../transport/request';
import { type ListOrder, type Newest, pmqlText, readInChunks, readNewest, searchList } from '../lists';

/** A Task as ProcessMaker's API gives it, as far as it is relied on. */
export interface ApiTask extends IDataObject {
  id: number;
  /** `ACTIVE` or `CLOSED`. */
  status: string;
}

export const isApiTask = hasIdAndStatus<ApiTask>;

const TASKS_PATH = apiPath('1.0', 'tasks');

/** Reads Tasks, of all users for an administrator: `GET /api/1.0/tasks`. @param qs the filters, and `include` */
export async function listTasks(
  connection: Connection,
  qs: IDataObject,
  {
    order = { field: 'id', direction: 'asc' },
    ...bounds
  }: Pick<ListCall, 'limit' | 'maxReads'> & { order?: ListOrder } = {},
): Promise<ApiTask[]> {
  const list = await searchList(connection, { path: TASKS_PATH, qs, ...bounds }, order);
  // A list of anything else does not say that there is no Task.
  if (!list.every(isApiTask)) throw notTasks();
  return list;
}

/** Reads Tasks by id: `GET /api/1.0/tasks?pmql=id IN […]`. A Task that no list shows is missing in the map. */
export async function readTasksByIds(connection: Connection, ids: number[], includes: string[] = []) {
  const qs = includes.length > 0 ? { include: includes.join(',') } : {};
  const bounds = { limit: PAGE_SIZE };
  return await readInChunks(ids, async (pmql) => await listTasks(connection, { pmql, ...qs }, bounds));
}

/** Reads one Task as lists give it: `GET /api/1.0/tasks/{id}?include=…`. */
export async function readTask(connection: Connection, id: number, includes: string[] = []) {
  // The first three come with lists by themselves.
  const qs = { include: ['user', 'processRequest', 'process', ...includes].join(',') };
  const task = await read(connection, { path: apiPath('1.0', 'tasks', id), qs }).catch((error: unknown) => {
    throw aboutTask(error, id);
  });
  if (!isApiTask(task)) throw notTasks();
  return task;
}

/** Changes a Task, once: `PUT /api/1.0/tasks/{id}`. The response holds the Task when all went well. */
export async function updateTask(connection: Connection, id: number, changes: IDataObject): Promise<object> {
  const path = apiPath('1.0', 'tasks', id);
  return await sendRequest(connection, { method: 'PUT', path, body: JSON.stringify(changes) });
}

/** The newest open Tasks: `GET /api/1.0/tasks?status=ACTIVE`. See `readNewest`. */
export async function readOpenTasks(connection: Connection, newest: Newest): Promise<ListPage> {
  return await readNewest(connection, { path: TASKS_PATH, qs: { status: 'ACTIVE' } }, newest);
}

/** The processes of this name in which the user of the token has Tasks, or may see them: `GET /api/1.0/tasks`. */
export async function readProcessesOfTasks(connection: Connection, name: string) {
  const pmql = `process_name = ${pmqlText(name, 'Process')}`;
  const tasks = await listTasks(connection, { pmql }, { limit: PAGE_SIZE });
  const ids = tasks.flatMap(({ process }) =>
    isObject(process) && process.name === name ? [process.id] : [],
  );
  return [...new Set(ids)].map((id) => ({ id: Number(id), name }));
}

/** The events at which a Request waits: `GET /api/1.0/tasks` with `all_tasks`, which only administrators see whole. */
export async function listWaitingEvents(connection: Connection, requestId: number) {
  const tokens = await listElements(connection, requestId, { status: 'ACTIVE' });
  return tokens
    .filter(({ element_type: type }) => /event$/i.test(asText(type)))
    .map(({ element_id: id, element_name: name }) => ({ id: asText(id), name: asText(name) || asText(id) }));
}

/** The scripts of a Request that run, or wait for an attempt, as an administrator sees them since ProcessMaker 4.13. */
export async function listOpenScripts(connection: Connection, requestId: number) {
  return await listScripts(connection, requestId, { status: 'ACTIVE' });
}

/** All scripts that a Request has reached; none for a user who may not view all Requests. */
export async function listScripts(connection: Connection, requestId: number, filters: IDataObject = {}) {
  const elements = await listElements(connection, requestId, filters);
  return elements.filter(({ element_type: type }) => type === 'scriptTask');
}

async function listElements(
  connection: Connection,
  requestId: number,
  filters: IDataObject,
): Promise<IDataObject[]> {
  const qs = { process_request_id: requestId, ...filters, all_tasks: 'true', order_by: 'id' };
  return await readList(connection, { path: TASKS_PATH, qs });
}

/** What some responses mean when they are about one Task. */
export function aboutTask(thrown: unknown, id: number): Error {
  return explained(thrown, {
    notFound: {
      message: `There is no Task ${id}`,
      description:
        'Its Request may have been deleted, or the id belongs to another instance. The id of a Task is not that of its Request.',
    },
    forbidden: {
      message: `ProcessMaker does not allow this to the user of the access token for Task ${id}`,
      description:
        'The Task has to be assigned to this user, or the user has to be an administrator. Use the token of such a user.',
    },
  });
}

function notTasks() {
  return unexpectedResponse('The response does not hold Tasks in the form that ProcessMaker gives them');
}

/** The eleven fields of a Task that matter to most workflows, and the data of its Request where it was asked for. */
export function simplifyTask(task: ApiTask, instanceUrl: string): IDataObject {
  const request = isObject(task.process_request) ? task.process_request : {};
  const process = isObject(task.process) ? task.process : {};
  return {
    id: task.id,
    caseNumber: request.case_number ?? null,
    name: task.element_name ?? null,
    elementId: task.element_id ?? null,
    status: task.status,
    assignee: assigneeOf(task),
    dueAt: task.due_at ?? null,
    completedAt: task.completed_at ?? null,
    requestId: task.process_request_id ?? null,
    processName: process.name ?? request.name ?? null,
    url: taskUrl(task.id, instanceUrl),
    ...('data' in task && { data: task.data }),
  };
}

/** The user who has a Task; null while nobody has taken it. */
export function assigneeOf({ user_id: id, user }: ApiTask): IDataObject | null {
  if (typeof id !== 'number') return null;
  return { id, name: isObject(user) && user.id === id ? user.fullname : null };
}

/** The page of a Task in ProcessMaker. */
export function taskUrl(id: number, instanceUrl: string): string {
  return `${instanceUrl}/tasks/${id}/edit`;
}
