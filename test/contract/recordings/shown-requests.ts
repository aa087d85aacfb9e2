import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../processmaker';
import { toStoredJson } from '../../processmaker/data/normalise';
import type { Instance } from '../../processmaker/instance';
import { findProcess, findUser, insert } from '../../processmaker/requests/store';
import { embeddedUser } from '../../processmaker/serializers/user';

/** What a Request must hold beside the columns that the response shows. */
export interface Extras {
  data?: { path: (string | number)[]; value: Json }[];
  participants?: number[];
}

const TASK = { element_id: 'node_2', element_type: 'task', element_name: 'Form Task' };

const list = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? (value as JsonObject[]) : []);

/** The database's form of a time in a response; null when it is none. */
export const sqlTime = (value: Json | undefined): string | null => {
  const time = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})\+00:00$/.exec(
    typeof value === 'string' ? value : '',
  );
  return time === null ? null : `${time[1]} ${time[2]}`;
};

/** Only texts can stand in these lists. */
const textList = (value: Json | undefined): string | null =>
  Array.isArray(value) ? JSON.stringify(value.filter((item) => typeof item === 'string')) : null;

/** The server's own form of an error, with the shown texts. */
const errorList = (value: Json | undefined): string | null =>
  Array.isArray(value)
    ? JSON.stringify(
        list(value).map((error) => ({
          message: text(error['message'], ''),
          body: text(error['body'], ''),
          element_id: error['element_id'] ?? null,
          element_name: error['element_name'] ?? null,
          created_at: text(error['created_at'], ''),
          trace: '#0 {main}',
        })),
      )
    : null;

const text = (value: Json | undefined, otherwise: string): string =>
  typeof value === 'string' ? value : otherwise;

const number = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);

/** Stores a Request as a response shows it, under the id that it shows, with the tokens of those who took part. */
export function storeRequest(
  instance: Instance,
  shown: JsonObject,
  data: JsonObject,
  participants: number[],
): void {
  const id = storeRequestAlone(instance, shown, data);
  storeTokens(instance, id, number(shown['process_id']) ?? 2, shown, participants);
}

/** Stores a Request as a response shows it, without any token. */
export function storeRequestAlone(instance: Instance, shown: JsonObject, data: JsonObject): number {
  const now = instance.sqlNow();
  const processId = number(shown['process_id']) ?? 2;
  const process = findProcess(instance, processId);
  const name = text(shown['name'], process?.name ?? 'Process');
  const created = sqlTime(shown['created_at']) ?? now;
  return insert(instance, 'process_requests', {
    ...(typeof shown['id'] === 'number' ? { id: shown['id'] } : {}),
    uuid: text(shown['uuid'], randomUUID()),
    process_id: processId,
    process_version_id: number(shown['process_version_id']) ?? processId,
    process_collaboration_id: number(shown['process_collaboration_id']),
    collaboration_uuid: null,
    user_id: number(shown['user_id']) ?? 3,
    parent_request_id: number(shown['parent_request_id']),
    participant_id: null,
    callable_id: text(shown['callable_id'], 'ProcessId'),
    status: text(shown['status'], 'ACTIVE'),
    name,
    case_title: text(shown['case_title'], name),
    case_title_formatted: text(shown['case_title_formatted'], name),
    case_number: number(shown['case_number']) ?? number(shown['id']) ?? 1,
    data: toStoredJson(data),
    do_not_sanitize: textList(shown['do_not_sanitize']) ?? '[]',
    errors: errorList(shown['errors']),
    signal_events: textList(shown['signal_events']),
    initiated_at: sqlTime(shown['initiated_at']) ?? created,
    completed_at: sqlTime(shown['completed_at']),
    created_at: created,
    updated_at: sqlTime(shown['updated_at']) ?? created,
    start_event: 'node_1',
  });
}

function storeTokens(
  instance: Instance,
  requestId: number,
  processId: number,
  shown: JsonObject,
  participants: number[],
): void {
  const now = instance.sqlNow();
  const base = { process_request_id: requestId, process_id: processId, created_at: now, updated_at: now };
  const starter = number(shown['user_id']) ?? 3;
  const shownUsers = list(shown['participants']).map((user) => Number(user['id']));
  const users = shownUsers.length > 0 ? shownUsers : [...new Set([starter, ...participants])];
  for (const userId of users) {
    const start = { element_id: 'node_1', element_type: 'startEvent', element_name: 'Start Event' };
    const element = userId === starter ? start : TASK;
    insert(instance, 'process_request_tokens', {
      ...base,
      ...element,
      uuid: randomUUID(),
      user_id: userId,
      status: 'CLOSED',
    });
  }
  for (const task of list(shown['active_tasks'])) {
    insert(instance, 'process_request_tokens', {
      ...base,
      ...TASK,
      uuid: randomUUID(),
      id: number(task['id']),
      element_name: text(task['element_name'], ''),
      user_id: number(task['user_id']),
      status: 'ACTIVE',
    });
  }
}

/** The data of a Request as far as the response shows it: its summary tells all, `data` only what is not hidden. */
export function shownData(instance: Instance, shown: JsonObject): { data: JsonObject; complete: boolean } {
  if (Array.isArray(shown['summary'])) {
    const entries = list(shown['summary']).map((entry): [string, Json] => [
      text(entry['key'], ''),
      entry['value'] ?? null,
    ]);
    return { data: Object.fromEntries(entries), complete: true };
  }
  const user = findUser(instance, number(shown['user_id']) ?? 3);
  const visible = shown['data'];
  return {
    data: {
      ...(typeof visible === 'object' && visible !== null ? Object.fromEntries(Object.entries(visible)) : {}),
      _user: user === undefined ? null : embeddedUser(user),
      _request: { id: shown['id'] ?? null, uuid: shown['uuid'] ?? null, status: 'ACTIVE' },
    },
    complete: false,
  };
}
