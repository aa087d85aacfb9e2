import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../processmaker';
import type { UserRow } from '../../processmaker/database/rows';
import type { Query } from '../../processmaker/http/query';
import type { Instance } from '../../processmaker/instance';
import { startRequest } from '../../processmaker/requests/progress';
import { activeTokens, findProcess, findRequest, insert } from '../../processmaker/requests/store';
import type { Recording } from './recording';
import { put, waysToFit } from './satisfy';
import { shownData, sqlTime, storeRequest } from './shown-requests';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const number = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);

const text = (value: Json | undefined, otherwise: string): string =>
  typeof value === 'string' ? value : otherwise;

/** Brings the tasks of a list into the database: those that it shows, and as many more as its total says. */
export function storeListedTasks(instance: Instance, query: Query, { response }: Recording): void {
  if (response.status !== 200 || !isObject(response.json)) return;
  const { data: rows, meta } = response.json;
  const shown = Array.isArray(rows) ? rows.filter(isObject) : [];
  const total = isObject(meta) ? Number(meta['total']) : 0;
  const [first] = shown;
  if (first === undefined) return;
  const ids = shown.map((row) => Number(row['id']));
  const descending = query.text('order_direction') === 'desc';
  const step = descending ? -1 : 1;
  const edge = descending ? Math.min(...ids) : Math.max(...ids);
  const last = shown.at(-1) ?? first;
  const more = Array.from({ length: total - shown.length }, (_, index) => ({
    ...last,
    id: edge + step * (index + 1),
    uuid: randomUUID(),
  }));
  // Where nothing is said about the order of two rows, the one that is shown first was changed a moment earlier.
  [...shown, ...more].forEach((row, index) => storeToken(instance, row, index));
  for (const row of shown) storeRequestOf(instance, row, query.text('pmql'));
}

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
  if (request.method === 'PUT' && shown?.['status'] === 'CLOSED') return startShownTask(instance, shown);
  const userId = user.id === 3 || response.status === 403 || user.is_administrator === 1 ? 3 : user.id;
  const task = shown ?? { id, user_id: userId, process_id: 2, status: 'ACTIVE' };
  storeToken(instance, task, 0);
  storeRequestOf(instance, task, '');
}

function storeToken(instance: Instance, row: JsonObject, moment: number): void {
  const now = instance.sqlNow();
  const fraction = moment === 0 ? '' : `.${String(moment).padStart(4, '0')}`;
  insert(instance, 'process_request_tokens', {
    id: number(row['id']),
    uuid: text(row['uuid'], randomUUID()),
    process_request_id: requestIdOf(row),
    process_id: number(row['process_id']),
    user_id: number(row['user_id']),
    element_id: text(row['element_id'], 'node_2'),
    element_type: text(row['element_type'], 'task'),
    element_name: text(row['element_name'], 'Form Task'),
    status: text(row['status'], 'ACTIVE'),
    is_self_service: number(row['is_self_service']) ?? 0,
    self_service_groups: row['self_service_groups'] === null ? null : '[]',
    screen_id: number(row['version_id']) ?? 3,
    due_at: sqlTime(row['due_at']),
    completed_at: sqlTime(row['completed_at']),
    created_at: sqlTime(row['created_at']) ?? now,
    updated_at: `${sqlTime(row['updated_at']) ?? now}${fraction}`,
  });
}

const requestIdOf = (row: JsonObject): number => number(row['process_request_id']) ?? 1;

/** The Request of a task, with data that fits the query where the response shows none. */
function storeRequestOf(instance: Instance, row: JsonObject, pmql: string): void {
  const id = requestIdOf(row);
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
  for (const { path, value } of waysToFit(pmql)[0]?.data ?? []) put(data, path, value);
  storeRequest(instance, request, data, []);
  if (isObject(data['_user'])) storeUser(instance, data['_user']);
}

/** What the data of a task shows of a user is compared to the letter. */
function storeUser({ database }: Instance, shown: JsonObject): void {
  database.run('UPDATE users SET uuid = ?, created_at = ?, updated_at = ? WHERE id = ?', [
    text(shown['uuid'], ''),
    sqlTime(shown['created_at']) ?? '',
    sqlTime(shown['updated_at']) ?? '',
    number(shown['id']),
  ]);
}

/** A task that can really be completed: its process is started, and then gets the ids of the response. */
async function startShownTask(instance: Instance, shown: JsonObject): Promise<void> {
  const process = findProcess(instance, Number(shown['process_id']));
  const user = instance.database.get<UserRow>('SELECT * FROM users WHERE id = ?', [number(shown['user_id'])]);
  if (process === undefined || user === undefined) throw new Error('The task of an unknown process or user.');
  const started = await startRequest(instance, { process, startEvent: 'node_1', user, data: {} });
  giveId(instance, started, requestIdOf(shown));
  const [token] = activeTokens(instance, requestIdOf(shown));
  instance.database.run('UPDATE process_request_tokens SET id = ? WHERE id = ?', [
    number(shown['id']),
    token?.id ?? 0,
  ]);
}

/** Gives a Request another id. */
export function giveId({ database }: Instance, from: number, to: number): void {
  database.run('UPDATE process_requests SET id = ? WHERE id = ?', [to, from]);
  database.run('UPDATE process_request_tokens SET process_request_id = ? WHERE process_request_id = ?', [
    to,
    from,
  ]);
}
