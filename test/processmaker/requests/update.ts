import { setTimeout } from 'node:timers/promises';
import { hasPermission } from '../auth';
import { sanitiseUpdatedData } from '../data/sanitise';
import type { RequestRow, UserRow } from '../database/rows';
import { ApiError, serverError, unauthorized } from '../http/errors';
import type { Instance } from '../instance';
import type { Json, JsonObject } from '../types';
import { endRequest } from './finish';
import { returnToParent } from './progress';
import { requestData, saveData, updateRequest } from './store';

const STATUSES = ['ACTIVE', 'COMPLETED', 'ERROR', 'CANCELED'];

/** Without exactly `data` or a status that can be set, the server wants all of these. */
const REQUIRED: Readonly<Record<string, string>> = {
  name: 'Name',
  data: 'Data',
  process_id: 'Process id',
};

/**
 * `PUT /requests/{id}`: a status, or data of which the given keys replace those of the same name; texts are trimmed,
 * empty ones become null. Of several callers at the same time the last one wins: the server locks nothing.
 */
export async function updateRequestAsUser(
  instance: Instance,
  user: UserRow,
  request: RequestRow,
  body: JsonObject,
): Promise<void> {
  if (body['status'] === 'CANCELED') return cancel(instance, user, request);
  if (body['status'] === 'COMPLETED') return complete(instance, user, request);
  if (Object.keys(body).join() !== 'data') return fill(instance, request, body);
  if (!mayEditData(instance, user, request)) throw unauthorized('Not authorized to edit request data.');
  const { data } = body;
  if (typeof data !== 'object' || data === null) throw serverError();
  await setTimeout(instance.changeMs);
  saveData(instance, request.id, {
    ...requestData(request),
    ...(sanitiseUpdatedData(data) as JsonObject),
  });
}

async function cancel(instance: Instance, user: UserRow, request: RequestRow): Promise<void> {
  if (user.is_administrator !== 1) throw unauthorized('Not authorized to cancel this request.');
  if (request.status === 'CANCELED') return;
  // One that has ended is called CANCELED all the same.
  if (request.status === 'COMPLETED') return updateRequest(instance, request.id, { status: 'CANCELED' });
  endRequest(instance, request.id, 'CANCELED');
  await returnToParent(instance, request.id);
}

async function complete(instance: Instance, user: UserRow, request: RequestRow): Promise<void> {
  if (user.is_administrator !== 1) throw unauthorized('Not authorized to complete this request.');
  if (request.status !== 'ERROR') {
    const message = 'Only requests with status: ERROR can be manually completed';
    throw new ApiError(422, { message, errors: { status: [message] } });
  }
  endRequest(instance, request.id, 'COMPLETED');
  await returnToParent(instance, request.id);
}

function mayEditData(instance: Instance, user: UserRow, request: RequestRow): boolean {
  if (hasPermission(instance, user, 'edit-request_data')) return true;
  return request.status === 'ACTIVE' && hasPermission(instance, user, 'edit-task_data');
}

/** A body that names everything replaces it, the whole data too; the permission for data is not asked. */
function fill(instance: Instance, request: RequestRow, body: JsonObject): void {
  const messages = mistakes(body);
  const [first] = Object.values(messages);
  if (first === undefined) {
    const { name, data, process_id: processId } = body;
    updateRequest(instance, request.id, {
      name: JSON.stringify(name ?? '').replaceAll('"', ''),
      process_id: Number(processId),
    });
    saveData(instance, request.id, sanitiseUpdatedData(data ?? null) as JsonObject);
    return;
  }
  const more = Object.keys(messages).length - 1;
  const rest = more === 0 ? '' : ` (and ${more} more error${more === 1 ? '' : 's'})`;
  throw new ApiError(422, { message: `${first.join()}${rest}`, errors: messages });
}

/** What is missing or wrong, field by field. */
function mistakes(body: JsonObject): Record<string, string[]> {
  const messages: [string, string[]][] = [];
  for (const [key, label] of Object.entries(REQUIRED)) {
    if (isMissing(body[key])) messages.push([key, [`The ${label} field is required.`]]);
    const { status } = body;
    const isWrong = status !== undefined && !STATUSES.some((known) => known === status);
    if (key === 'data' && isWrong) messages.push(['status', ['The selected Status is invalid.']]);
  }
  return Object.fromEntries(messages);
}

function isMissing(value: Json | undefined): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '';
}
