import { DateTime } from 'luxon';
import { visibleData } from '../data/normalise';
import type { RequestRow, TokenRow, UserRow } from '../database/rows';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import { processJson, processVersionJson } from '../serializers/process';
import { requestJson, startedRequestJson } from '../serializers/request';
import { userJson } from '../serializers/user';
import type { Json, JsonObject } from '../types';
import { findProcess, findRequest, findUser, requestData } from './store';

/** `GET /requests/{id}` */
export function presentRequest(instance: Instance, request: RequestRow, query: Query): JsonObject {
  return {
    ...requestJson(request),
    process_version_alternative: 'A',
    ...included(instance, request, query),
  };
}

/** One row of `GET /requests`: more relations can be asked for, and the version is always there. */
export function presentListedRequest(instance: Instance, request: RequestRow, query: Query): JsonObject {
  const process = findProcess(instance, request.process_id);
  return {
    ...presentRequest(instance, request, query),
    user_viewed_at: null,
    ...(process !== undefined && query.list('include').includes('process')
      ? { process: processJson(process) }
      : {}),
    process_version: process === undefined ? null : processVersionJson(process),
  };
}

/** The response to a start. */
export function presentStartedRequest(instance: Instance, request: RequestRow, query: Query): JsonObject {
  const process = findProcess(instance, request.process_id);
  const parent =
    request.parent_request_id === null ? undefined : findRequest(instance, request.parent_request_id);
  const loaded = process === undefined ? null : processJson(process);
  // An assigned task or a sub-process makes the engine look at the version's process, a failed assignment at its manager.
  const assigned =
    request.errors !== null ||
    hasToken(instance, request, ['task', 'userTask', 'manualTask', 'callActivity']);
  return {
    ...startedRequestJson(request),
    process_version:
      process === undefined
        ? null
        : {
            ...processVersionJson(process),
            ...(assigned ? { process: loaded } : {}),
            ...(request.errors === null ? {} : { manager: null }),
          },
    process: loaded,
    parent_request: parent === undefined ? null : withParents(instance, parent),
    ...(request.process_collaboration_id === null ? {} : { collaboration: null }),
    process_version_alternative: 'A',
    ...included(instance, request, query),
  };
}

/** A Request with its parent, that one's parent and so on. */
function withParents(instance: Instance, request: RequestRow): JsonObject {
  const parent =
    request.parent_request_id === null ? undefined : findRequest(instance, request.parent_request_id);
  return {
    ...requestJson(request),
    parent_request: parent === undefined ? null : withParents(instance, parent),
  };
}

function hasToken(instance: Instance, request: RequestRow, types: string[]): boolean {
  const tokens = instance.database.all<TokenRow>(
    'SELECT * FROM process_request_tokens WHERE process_request_id = ?',
    [request.id],
  );
  return tokens.some((token) => types.includes(token.element_type));
}

function included(instance: Instance, request: RequestRow, query: Query): JsonObject {
  const include = query.list('include');
  const user = findUser(instance, request.user_id);
  return {
    ...(include.includes('data') ? { data: visibleData(requestData(request)) } : {}),
    ...(include.includes('summary') ? { summary: summary(request) } : {}),
    ...(include.includes('participants') ? { participants: participants(instance, request) } : {}),
    ...(include.includes('activeTasks') ? { active_tasks: activeTasks(instance, request) } : {}),
    ...(include.includes('user') && user !== undefined ? { user: userJson(user) } : {}),
  };
}

function summary(request: RequestRow): Json[] {
  return Object.entries(requestData(request)).map(([key, value]) => ({
    // PHP keeps such a name as a number.
    key: /^(0|-?[1-9]\d*)$/.test(key) ? Number(key) : key,
    value,
    type: summaryType(value),
  }));
}

/** Texts that look like a number or a date count as one. */
function summaryType(value: Json): string {
  if (value === null || value === '') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'object') return 'array';
  if (typeof value === 'number' || /^\s*-?\d+(\.\d+)?\s*$/.test(value)) {
    return Number.isInteger(Number(value)) ? 'int' : 'float';
  }
  if (/^\d{2}:\d{2}:\d{2}$/.test(value)) return value === '00:00:00' ? 'date' : 'datetime';
  if (!/^\d{4}-\d{2}-\d{2}/.test(value)) return 'string';
  const moment = DateTime.fromISO(value.replace(' ', 'T'), { zone: 'utc' });
  if (!moment.isValid) return 'string';
  return moment.equals(moment.startOf('day')) ? 'date' : 'datetime';
}

function participants({ database }: Instance, request: RequestRow): Json[] {
  const users = database.all<UserRow>(
    `SELECT * FROM users WHERE id IN
     (SELECT user_id FROM process_request_tokens WHERE process_request_id = ?) ORDER BY id`,
    [request.id],
  );
  return users.map((user) => ({ ...userJson(user), laravel_through_key: request.id }));
}

function activeTasks({ database }: Instance, request: RequestRow): Json[] {
  const tasks = database.all<TokenRow>(
    `SELECT * FROM process_request_tokens
     WHERE process_request_id = ? AND status = 'ACTIVE' AND element_type = 'task' ORDER BY id`,
    [request.id],
  );
  return tasks.map((task) => ({
    id: task.id,
    element_name: task.element_name,
    status: task.status,
    user_id: task.user_id,
    advanceStatus: 'open',
  }));
}
