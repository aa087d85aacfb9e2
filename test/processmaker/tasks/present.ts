import type { ProcessRow, RequestRow, TokenRow, UserRow } from '../database/rows';
import { screenOfElement } from '../forms/store';
import { serverError } from '../http/errors';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import { beginningOf, withoutActivityData } from '../requests/activity-data';
import { findProcess, findRequest, findUser, requestData } from '../requests/store';
import { processJson, processVersionJson } from '../serializers/process';
import { requestJson } from '../serializers/request';
import { screenVersionJson } from '../serializers/screen';
import { taskJson } from '../serializers/task';
import { embeddedUser, userJson } from '../serializers/user';
import type { Json, JsonObject } from '../types';

const LIST_INCLUDES = ['data', 'user', 'process', 'processRequest', 'processRequest.user'];

const without = (key: string, object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

/** A relation that was not asked for, but that the server needed, comes without the warnings. */
function loadedProcess(process: ProcessRow): JsonObject {
  return without('warnings', processJson(process));
}

/** What `GET /tasks` is asked to include; an unknown relation breaks the server. */
export function listIncludes(query: Query): string[] {
  const text = query.text('include');
  const include = text === '' ? [] : text.split(',');
  if (include.some((name) => !LIST_INCLUDES.includes(name))) throw serverError();
  return include;
}

/** The rows of a page of `GET /tasks`. */
export function presentListedTasks(
  instance: Instance,
  user: UserRow,
  tasks: TokenRow[],
  include: string[],
): JsonObject[] {
  const seen = new Set<number>();
  return tasks.map((task) => {
    const wasSeen = seen.has(task.process_request_id);
    seen.add(task.process_request_id);
    return presentListedTask(instance, user, task, include, wasSeen);
  });
}

/**
 * One row: process, Request and user are always there. The server works on one object for each Request, which has its
 * parent when it has served a row before.
 */
function presentListedTask(
  instance: Instance,
  user: UserRow,
  task: TokenRow,
  include: string[],
  hasParent: boolean,
): JsonObject {
  const { request, process } = contextOf(instance, task);
  const asked = (name: string): boolean => include.includes(name);
  return {
    ...taskJson(task),
    user_viewed_at: null,
    process_request: {
      ...requestJson(request),
      ...(asked('processRequest') ? {} : { process: loadedProcess(process) }),
      ...(hasParent && !asked('processRequest')
        ? {
            parent_request: parentOf(instance, request),
            ...(asked('data')
              ? { process_version: { ...processVersionJson(process), process: processJson(process) } }
              : {}),
          }
        : {}),
    },
    process: asked('process') ? processJson(process) : loadedProcess(process),
    user: userOf(instance, task),
    draft: null,
    ...(asked('data') ? { data: taskData(instance, user, task, request) } : {}),
    can_view_parent_request: false,
  };
}

function parentOf(instance: Instance, { parent_request_id: id }: RequestRow): Json {
  const parent = id === null ? undefined : findRequest(instance, id);
  return parent === undefined ? null : requestJson(parent);
}

/** `GET /tasks/{id}`; an unknown relation is left out. */
export async function presentTask(
  instance: Instance,
  user: UserRow,
  task: TokenRow,
  query: Query,
): Promise<JsonObject> {
  const { process } = contextOf(instance, task);
  return {
    ...taskJson(task),
    // Whether an offered task may be seen is decided by its process; an administrator is not asked.
    ...(task.user_id === null && task.is_self_service === 1 && user.is_administrator !== 1
      ? { process: processJson(process) }
      : {}),
    ...(await askedRelations(instance, user, task, query)),
    can_view_parent_request: false,
  };
}

async function askedRelations(
  instance: Instance,
  user: UserRow,
  task: TokenRow,
  query: Query,
): Promise<JsonObject> {
  const { request, process } = contextOf(instance, task);
  const { elements } = await instance.definitions.definition(process.bpmn);
  const element = elements.get(task.element_id);
  const data = taskData(instance, user, task, request);
  const screen = screenOfElement(instance, element);
  const relations: Record<string, [string, Json]> = {
    data: ['data', data],
    user: ['user', userOf(instance, task)],
    requestor: ['requestor', requestor(instance, request)],
    processRequest: ['process_request', requestJson(request)],
    process: ['process', processJson(process)],
    component: ['component', 'task-screen'],
    screen: ['screen', screen === undefined ? null : screenVersionJson(screen)],
    requestData: ['request_data', data],
    loopContext: ['loop_context', ''],
    definition: [
      'definition',
      { outgoing: {}, incoming: {}, id: task.element_id, name: task.element_name, ...element?.properties },
    ],
    bpmnTagName: ['bpmn_tag_name', task.element_type],
  };
  const asked = query.list('include').flatMap((name) => {
    const relation = relations[name];
    return relation === undefined ? [] : [relation];
  });
  return Object.fromEntries(asked);
}

function presentChangedTask(instance: Instance, task: TokenRow): JsonObject {
  const { request, process } = contextOf(instance, task);
  return {
    ...taskJson(task),
    process_request: requestJson(request),
    process: processJson(process),
    can_view_parent_request: false,
  };
}

/** The response to a completion. */
export async function presentCompletedTask(
  instance: Instance,
  user: UserRow,
  task: TokenRow,
  query: Query,
): Promise<JsonObject> {
  const asked = await askedRelations(instance, user, task, query);
  return { ...presentChangedTask(instance, task), draft: null, ...asked };
}

/** The response to a reassignment. */
export function presentReassignedTask(instance: Instance, task: TokenRow): JsonObject {
  return { ...presentChangedTask(instance, task), user: userOf(instance, task) };
}

function contextOf(instance: Instance, task: TokenRow): { request: RequestRow; process: ProcessRow } {
  const request = findRequest(instance, task.process_request_id);
  const process = findProcess(instance, task.process_id);
  if (request === undefined || process === undefined) throw serverError();
  return { request, process };
}

function userOf(instance: Instance, task: TokenRow): Json {
  const user = task.user_id === null ? undefined : findUser(instance, task.user_id);
  return user === undefined ? null : userJson(user);
}

function requestor(instance: Instance, request: RequestRow): Json {
  const user = findUser(instance, request.user_id);
  if (user === undefined) return null;
  return without('active_at', userJson(user));
}

/**
 * The data as a task sees it: hidden keys too, with the task's own user (or who asks, where nobody has it and it is not
 * offered) and the Request as it is now.
 */
function taskData(instance: Instance, asking: UserRow, task: TokenRow, request: RequestRow): JsonObject {
  const user = (task.user_id === null ? undefined : findUser(instance, task.user_id)) ?? asking;
  return {
    ...withoutActivityData(requestData(request)),
    ...(task.is_self_service === 1 ? {} : { _user: embeddedUser(user) }),
    _request: { ...requestJson(request), ...beginningOf(instance, request) },
  };
}
