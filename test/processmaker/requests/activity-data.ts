import { isEmptyInPhp } from '../data/normalise';
import type { RequestRow } from '../database/rows';
import type { Instance } from '../instance';
import { requestJson, requestSnapshot } from '../serializers/request';
import { embeddedUser } from '../serializers/user';
import type { JsonObject } from '../types';
import { startEventsOf } from '../serializers/process';
import { findProcess, findRequest, findUser, requestData, saveData } from './store';

/**
 * While a Request is at a task, a script or a sub-process, its data holds who has it (null: nobody) and the Request
 * itself. At an event, and when it has ended, these two are gone.
 *
 * @param request as it was before this step
 */
export function addActivityData(instance: Instance, request: RequestRow, userId: number | null): void {
  const now = findRequest(instance, request.id);
  if (now === undefined) return;
  const data = requestData(now);
  const isFirstStep = request.flow_state === null;
  saveData(instance, request.id, {
    ...data,
    _user: userOf(instance, userId),
    // What the sender of a start gives is kept, so that ProcessMaker's own value is missing then.
    _request: isEmptyInPhp(data['_request'])
      ? isFirstStep
        ? requestSnapshot(now)
        : requestJson(now)
      : (data['_request'] ?? null),
  });
}

function userOf(instance: Instance, userId: number | null): JsonObject | null {
  const user = userId === null ? undefined : findUser(instance, userId);
  return user === undefined ? null : embeddedUser(user);
}

/** What data says under `_request` of how the Request began, beside the Request itself. */
export function beginningOf(instance: Instance, request: RequestRow): JsonObject {
  const process = findProcess(instance, request.process_id);
  const events = process === undefined ? [] : startEventsOf(process);
  return {
    startEventId: request.start_event,
    startEventName: events.find(({ id }) => id === request.start_event)?.['name'] ?? null,
    alternative: 'A',
  };
}

/** Keys that a person cannot set at a task or an event. */
const RESERVED = ['_user', '_request', '_parent', 'loopCounter', 'loopCharacteristics', 'numberOfInstances'];

/** Data that somebody gives, as far as it is taken. */
export function withoutReserved(data: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !RESERVED.includes(key)));
}

/** Data without what is only there at an activity. */
export function withoutActivityData(data: JsonObject, ...more: string[]): JsonObject {
  const own = ['_user', '_request', ...more];
  return Object.fromEntries(Object.entries(data).filter(([key]) => !own.includes(key)));
}
