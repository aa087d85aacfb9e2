import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../processmaker';
import type { UserRow } from '../../processmaker/database/rows';
import type { Instance } from '../../processmaker/instance';
import { findRequest, findUser, insert } from '../../processmaker/requests/store';
import { addUnknownProcess } from './known-processes';
import type { Recording } from './recording';
import { put, type Needs } from './satisfy';
import { shownData, sqlTime, storeRequestAlone } from './shown-requests';
import { startShownTask } from './started-tasks';

const LIMITED = 3;
const ADMINISTRATOR = 1;

/** Whether a value is a JSON object. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const number = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);

const text = (value: Json | undefined, otherwise: string): string =>
  typeof value === 'string' ? value : otherwise;

/** The task of a call: as the response shows it, or as the response must have found it. */
export async function storeCalledTask(
  instance: Instance,
  user: UserRow,
  id: number,
  { request, response }: Recording,
): Promise<void> {
  if (response.status === 404) return;
  const isShown = isObject(response.json) && 'element_id' in response.json;
  const shown = isShown && isObject(response.json) ? response.json : undefined;
  if (shown) await addWorldOf(instance, shown);
  const isCompletion = /"status"\s*:\s*"COMPLETED"/.test(request.body ?? '');
  if (request.method === 'PUT' && isCompletion && shown?.['status'] === 'CLOSED')
    return startShownTask(instance, shown);
  const { message } = (response.json ?? {}) as { message?: unknown };
  const status = message === 'Task already closed' ? 'CLOSED' : 'ACTIVE';
  const breaks = response.status === 500 && givesToKnownUser(instance, request.body);
  const unshown = { id, user_id: ownerOf(user, response.status === 403), process_id: 2, status };
  const task: JsonObject = shown ?? (breaks ? { ...unshown, ...unassignable(user) } : unshown);
  const isClaim = request.method === 'PUT' && /"is_self_service"\s*:\s*(0|false)/.test(request.body ?? '');
  storeToken(instance, isClaim ? { ...task, user_id: null, is_self_service: 1 } : task, 0);
  storeRequestOf(instance, task, []);
}

/** The process and the user of a task, where the stand-in has none. */
async function addWorldOf(instance: Instance, shown: JsonObject): Promise<void> {
  const { id, username, email, firstname, lastname, status } = isObject(shown['user']) ? shown['user'] : {};
  if (typeof id === 'number' && findUser(instance, id) === undefined) {
    const now = instance.sqlNow();
    const names = { username, email, firstname, lastname, status };
    const texts = Object.fromEntries(
      Object.entries(names).map(([name, value]) => [name, text(value, '')] as const),
    );
    const times = { created_at: now, updated_at: now };
    const own = { id, uuid: randomUUID(), password: '', timezone: 'UTC', is_administrator: 0, ...times };
    insert(instance, 'users', { ...own, ...texts });
  }
  const processId = number(shown['process_id']);
  if (processId === null) return;
  const starts = [{ id: 'node_1', name: 'Start Event', assignedUsers: String(LIMITED) }];
  const { name } = isObject(shown['process']) ? shown['process'] : {};
  const process = { name: text(name, `Process ${processId}`), start_events: starts };
  await addUnknownProcess(instance, processId, { status: 'ACTIVE', process, active_tasks: [shown] });
}

/** Only a task that nobody has, and that is not open, cannot be given to somebody who is there. */
function unassignable(user: UserRow): JsonObject {
  const groups = { users: [user.id] };
  return user.is_administrator === 1
    ? { user_id: null, status: 'FAILING' }
    : { user_id: null, status: 'CLOSED', is_self_service: 1, self_service_groups: groups };
}

function givesToKnownUser(instance: Instance, body: string | null): boolean {
  const id = /"user_id"\s*:\s*"?(\d+)/.exec(body ?? '')?.[1];
  return id !== undefined && findUser(instance, Number(id)) !== undefined;
}

/** Who has a task that is not shown: a user who may not open it does not have it. */
function ownerOf({ id, is_administrator: isAdministrator }: UserRow, isRefused: boolean): number {
  if (isRefused) return id === LIMITED ? ADMINISTRATOR : LIMITED;
  return isAdministrator === 1 ? LIMITED : id;
}

/** Stores the token of a task as a response shows it; of two, the one of the later moment was changed later. */
export function storeToken(instance: Instance, row: JsonObject, moment: number): void {
  const now = instance.sqlNow();
  const fraction = moment === 0 ? '' : `.${String(moment).padStart(4, '0')}`;
  insert(instance, 'process_request_tokens', {
    id: number(row['id']),
    uuid: text(row['uuid'], randomUUID()),
    process_request_id: requestIdOf(row),
    process_id: number(row['process_id']),
    user_id: number(row['user_id']),
    subprocess_request_id: number(row['subprocess_request_id']),
    subprocess_start_event_id: textOrNull(row['subprocess_start_event_id']),
    element_id: text(row['element_id'], 'node_2'),
    element_type: text(row['element_type'], 'task'),
    element_name: text(row['element_name'], 'Form Task'),
    status: text(row['status'], 'ACTIVE'),
    is_self_service: number(row['is_self_service']) ?? 0,
    self_service_groups: jsonText(row['self_service_groups'], null),
    token_properties: jsonText(row['token_properties'], '[]'),
    initiated_at: sqlTime(row['initiated_at']),
    screen_id: number(row['version_id']) ?? 3,
    due_at: sqlTime(row['due_at']),
    completed_at: sqlTime(row['completed_at']),
    created_at: sqlTime(row['created_at']) ?? now,
    updated_at: `${sqlTime(row['updated_at']) ?? now}${fraction}`,
  });
}

const textOrNull = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

const jsonText = (value: Json | undefined, otherwise: string | null): string | null =>
  value === undefined || value === null ? otherwise : JSON.stringify(value);

/** The Request that a task belongs to. */
export const requestIdOf = (row: JsonObject): number => number(row['process_request_id']) ?? 1;

/** The Request of a task, with data that fits the query where the response shows none. */
export function storeRequestOf(
  instance: Instance,
  row: JsonObject,
  needs: Needs['data'],
  known?: JsonObject,
): void {
  const id = requestIdOf(row);
  if (isObject(row['data']) && isObject(row['data']['_user'])) storeUser(instance, row['data']['_user']);
  if (findRequest(instance, id) !== undefined) return;
  const shownInData = isObject(row['data']) ? row['data']['_request'] : undefined;
  const columns = [row['process_request'], shownInData].find(isObject);
  const request: JsonObject = columns ?? {
    id,
    process_id: row['process_id'] ?? 2,
    user_id: row['user_id'] ?? 3,
  };
  const data = isObject(row['data'])
    ? Object.fromEntries(Object.entries(row['data']))
    : shownData(instance, request).data;
  if (known === undefined) for (const { path, value } of needs) put(data, path, value);
  else Object.assign(data, known);
  storeRequestAlone(instance, request, data);
}

/** What the data of a task shows of a user is compared to the letter. */
function storeUser({ database }: Instance, shown: JsonObject): void {
  const names = ['uuid', 'email', 'firstname', 'lastname'];
  const columns = [...names, 'created_at', 'updated_at'].map((name) => `${name} = ?`).join(', ');
  database.run(`UPDATE users SET ${columns} WHERE id = ?`, [
    ...names.map((name) => text(shown[name], '')),
    sqlTime(shown['created_at']) ?? '',
    sqlTime(shown['updated_at']) ?? '',
    number(shown['id']),
  ]);
}
