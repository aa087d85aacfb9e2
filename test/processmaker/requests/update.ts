import { setTimeout } from 'node:timers/promises';
import { hasPermission } from '../auth';
import { sanitiseUpdatedData } from '../data/sanitise';
import type { RequestRow, UserRow } from '../database/rows';
import { ApiError, serverError, unauthorized } from '../http/errors';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { endRequest } from './finish';
import { returnToParent } from './progress';
import { requestData, saveData } from './store';

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
  if (Object.keys(body).join() !== 'data') throw invalid(body);
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
  if (request.status !== 'ACTIVE' && request.status !== 'ERROR') return;
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

/** What is missing; a body that lacks nothing has never been tried on a real server. */
function invalid(body: JsonObject): ApiError {
  const missing = Object.entries(REQUIRED).filter(([key]) => !(key in body));
  const messages = missing.map(([key, label]): [string, string[]] => [
    key,
    [`The ${label} field is required.`],
  ]);
  const [first] = messages;
  if (first === undefined) return serverError();
  const more = messages.length - 1;
  const rest = more === 0 ? '' : ` (and ${more} more error${more === 1 ? '' : 's'})`;
  return new ApiError(422, { message: `${first[1][0]}${rest}`, errors: Object.fromEntries(messages) });
}
