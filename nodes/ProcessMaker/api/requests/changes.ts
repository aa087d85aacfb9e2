import type { IDataObject } from 'n8n-workflow';

import { asText } from '../../guards';
import type { Connection } from '../../transport/connection';
import { readPage } from '../../transport/pagination';
import { explained, inputError, unexpectedResponse } from '../../transport/processMakerError';
import { apiPath, sendRequest } from '../../transport/request';
import type { StartTarget } from '../processes/processes';
import { aboutRequest, type ApiRequest, isApiRequest } from './requests';

export interface ReadyStart {
  target: StartTarget;
  body: string;
  includeData: boolean;
  timeoutSeconds: number;
}

/** Starts a Request, once: `POST /api/1.0/process_events/{process}?event={start event}`. */
export async function startRequest(
  connection: Connection,
  { target, body, includeData, timeoutSeconds }: ReadyStart,
): Promise<ApiRequest> {
  const request = await sendRequest(connection, {
    method: 'POST',
    path: apiPath('1.0', 'process_events', target.processId),
    qs: { event: target.startEventId, include: includeData ? 'activeTasks,data' : 'activeTasks' },
    body,
    timeoutSeconds,
  }).catch((error: unknown) => {
    throw explained(error, aboutStart(target));
  });
  if (isApiRequest(request)) return request;
  throw unexpectedResponse('The response to the start is not a ProcessMaker Request', 'unknown').with({
    description:
      "Check the 'Instance URL' of the credential, and look in ProcessMaker whether a Request was started before you start it again.",
    httpStatus: 201,
  });
}

function aboutStart({ processId, startEventId }: StartTarget) {
  return {
    forbidden: {
      message: `The user of the access token may not start process ${processId} with start event "${startEventId}", or the process has no such start event`,
      description:
        "Check 'Process' and 'Start Event'. Let an administrator assign the user to the start event in ProcessMaker's designer, and check that the user is active.",
    },
    notFound: {
      message: `ProcessMaker has no process ${processId}, or no start event "${startEventId}" in it`,
      description:
        "Check 'Process' and 'Start Event', and that the credential is that of the right instance.",
    },
    serverError: {
      message: `ProcessMaker responded to the start of process ${processId} with start event "${startEventId}" with HTTP status 500`,
      description:
        "A Request may have been started all the same: look in ProcessMaker before you start it again. The log of the server says why; the id in 'Start Event' may also be that of another element, such as a task.",
    },
  };
}

/** Sets the status or fields of the data of a Request: `PUT /api/1.0/requests/{id}`, 204. */
export async function updateRequest(
  connection: Connection,
  id: number,
  changes: { status: string } | { data: IDataObject },
): Promise<void> {
  const path = apiPath('1.0', 'requests', id);
  await sendRequest(connection, { method: 'PUT', path, body: JSON.stringify(changes), expects: 'nothing' });
}

/** Deletes a Request: `DELETE /api/1.0/requests/{id}`, 204; 404 when there is none. */
export async function deleteRequest(connection: Connection, id: number): Promise<void> {
  const path = apiPath('1.0', 'requests', id);
  await sendRequest(connection, { method: 'DELETE', path, expects: 'nothing' });
}

/** Retries a Request: `PUT /api/1.0/requests/{id}/retry`, since 4.3.1; 200 with `{ message: […], success }`. */
export async function retryRequest(connection: Connection, id: number): Promise<void> {
  const path = apiPath('1.0', 'requests', id, 'retry');
  const response = await sendRequest(connection, { method: 'PUT', path, body: '{}' });
  const { success, message } = response as IDataObject;
  if (success === true) return;
  if (success !== false) {
    throw unexpectedResponse('The response is not that of ProcessMaker to the retry of a Request', 'unknown');
  }
  const reasons = [message].flat().map(asText).filter(Boolean).join('; ');
  throw inputError(
    `ProcessMaker did not retry Request ${id}${reasons && `: ${reasons}`}`,
    "It retries only scripts and services that did not work. Look at the Request's page for what stopped it, or end it with the operation 'Complete' or 'Cancel'.",
  );
}

/** The latest comments of a Request that are read to learn of retries. */
const LATEST_COMMENTS = 20;

/**
 * How often ProcessMaker has noted a retry of a Request since a time, in milliseconds since 1970. It proves nothing: anybody
 * who may see the Request can write such a note, and its words are those of the server's language.
 */
export async function countRetries(connection: Connection, id: number, since: number): Promise<number> {
  const about = { commentable_type: 'ProcessMaker\\Models\\ProcessRequest', commentable_id: id };
  const { entries } = await readPage(connection, {
    path: apiPath('1.0', 'comments'),
    qs: { ...about, type: 'LOG', order_by: 'id', order_direction: 'desc' },
    pageSize: LATEST_COMMENTS,
  });
  const isRetry = ({ subject, created_at: at }: IDataObject) =>
    subject === 'Request Retried' && Date.parse(asText(at)) >= since;
  return entries.filter(isRetry).length;
}

const WHO_MAY_TRIGGER = 'The settings of the event say which users, groups and IP addresses may trigger it.';

/** `POST /api/1.0/requests/{id}/events/{node}`; 404 when it does not wait there, 423 when it is no such event. */
export async function triggerEvent(connection: Connection, id: number, eventId: string, data: IDataObject) {
  const path = apiPath('1.0', 'requests', id, 'events', eventId);
  const call = { method: 'POST', path, body: JSON.stringify(data) } as const;
  const response = await sendRequest(connection, call).catch((error: unknown) => {
    const invalid = {
      message: `Element "${eventId}" of Request ${id} is not an event that a Request can wait at`,
      description:
        "It is another element, such as a Task. Give the id of an intermediate event in ProcessMaker's designer.",
    };
    throw explained(aboutRequest(error, id, WHO_MAY_TRIGGER), { invalid });
  });
  if (Array.isArray(response)) return;
  throw unexpectedResponse('The response is not that of ProcessMaker to the trigger of an event', 'unknown');
}
