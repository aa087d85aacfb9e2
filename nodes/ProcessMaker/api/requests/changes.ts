import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../guards';
import type { Connection } from '../../transport/connection';
import { inputError } from '../../transport/processMakerError';
import { apiPath, sendRequest } from '../../transport/request';

// Each sends its call once: see `makeChange`.

/** Sets the status or fields of the data of a Request: `PUT /api/1.0/requests/{id}`, 204. */
export async function updateRequest(
  connection: Connection,
  id: number,
  changes: { status: string } | { data: IDataObject },
): Promise<void> {
  await sendRequest(connection, {
    method: 'PUT',
    path: apiPath('1.0', 'requests', id),
    body: JSON.stringify(changes),
    expects: 'nothing',
  });
}

/** Deletes a Request: `DELETE /api/1.0/requests/{id}`, 204; 404 when there is none. */
export async function deleteRequest(connection: Connection, id: number): Promise<void> {
  await sendRequest(connection, {
    method: 'DELETE',
    path: apiPath('1.0', 'requests', id),
    expects: 'nothing',
  });
}

/**
 * Retries a Request: `PUT /api/1.0/requests/{id}/retry`, since ProcessMaker 4.3.1; 200 with `{ message: […], success }`.
 *
 * @throws ProcessMakerError also when ProcessMaker says that it has retried nothing
 */
export async function retryRequest(connection: Connection, id: number): Promise<void> {
  const response: { success?: unknown; message?: unknown } = await sendRequest(connection, {
    method: 'PUT',
    path: apiPath('1.0', 'requests', id, 'retry'),
    body: '{}',
  });
  if (response.success !== false) return;
  const reasons = [response.message].flat().map(asText).filter(Boolean).join('; ');
  throw inputError(
    `ProcessMaker did not retry Request ${id}${reasons && `: ${reasons}`}`,
    "It retries only scripts and services that did not work. Look at the Request's page for what stopped it, or end it with the operation 'Complete' or 'Cancel'.",
  );
}

/**
 * Triggers an event at which a Request waits: `POST /api/1.0/requests/{id}/events/{node}`, 200 for any user; 404 when it
 * does not wait there, and 500 when the process has no such element.
 *
 * @param data is merged into the Request's data
 */
export async function triggerEvent(
  connection: Connection,
  id: number,
  eventId: string,
  data: IDataObject,
): Promise<void> {
  await sendRequest(connection, {
    method: 'POST',
    path: apiPath('1.0', 'requests', id, 'events', eventId),
    body: JSON.stringify(data),
  });
}
