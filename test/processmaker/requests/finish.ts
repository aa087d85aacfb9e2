import type { TokenStatus } from '../database/rows';
import { toApiTime, toSqlTime } from '../database/time';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { withoutActivityData } from './activity-data';
import { findRequest, requestData, saveData, updateRequest, updateToken } from './store';

/**
 * Puts a Request into ERROR, with what the engine says about it.
 *
 * @param details what follows the message, what the token of the element keeps of it (JSON), when it is said to have
 * happened, where that is not now, and the status of the token, where that is not FAILING
 */
export function failRequest(
  instance: Instance,
  requestId: number,
  message: string,
  element?: { id?: number; element_id: string; element_name: string | null },
  details: { body?: string; tokenProperties?: string; at?: Date; status?: TokenStatus } = {},
): void {
  const request = findRequest(instance, requestId);
  if (request === undefined) throw new Error(`There is no Request ${requestId}.`);
  const errors = JSON.parse(request.errors ?? '[]') as JsonObject[] | JsonObject;
  const error = {
    message,
    body: details.body ?? '',
    element_id: element?.element_id ?? null,
    element_name: element?.element_name ?? null,
    created_at: toApiTime(toSqlTime(details.at ?? instance.now())),
    trace: '#0 {main}',
  };
  // After a retry by hand it can be an object, which goes on with numbers.
  if (Array.isArray(errors)) errors.push(error);
  else errors[Object.keys(errors).filter((key) => /^\d+$/.test(key)).length] = error;
  updateRequest(instance, requestId, { status: 'ERROR', errors: JSON.stringify(errors) });
  if (element?.id !== undefined)
    updateToken(instance, element.id, {
      status: details.status ?? 'FAILING',
      token_properties: details.tokenProperties ?? '[]',
    });
}

/**
 * Ends a Request, and with it everything that still waits in it. The Requests of its sub-processes are COMPLETED then,
 * also where it is canceled.
 */
export function endRequest(instance: Instance, requestId: number, status: 'COMPLETED' | 'CANCELED'): void {
  const now = instance.sqlNow();
  const request = findRequest(instance, requestId);
  if (request === undefined) throw new Error(`There is no Request ${requestId}.`);
  saveData(instance, requestId, withoutActivityData(requestData(request)));
  updateRequest(instance, requestId, { status, completed_at: now, flow_state: null });
  instance.database.run(
    `UPDATE process_request_tokens SET status = 'CLOSED', completed_at = ?, updated_at = ?
     WHERE process_request_id = ? AND status IN ('ACTIVE', 'FAILING')`,
    [now, now, requestId],
  );
  const children = instance.database.all<{ id: number }>(
    `SELECT id FROM process_requests WHERE status = 'ACTIVE' AND id IN
     (SELECT subprocess_request_id FROM process_request_tokens WHERE process_request_id = ?)`,
    [requestId],
  );
  for (const { id } of children) endRequest(instance, id, 'COMPLETED');
}
