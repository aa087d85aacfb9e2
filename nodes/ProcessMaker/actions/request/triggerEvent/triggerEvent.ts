import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../../transport/connection';
import type { Failure, Result } from '../../../transport/failure';
import { apiPath, callApiPatiently } from '../../../transport/request';
import { readChanged } from '../requestChange';
import { aboutRequest, readRequest } from '../../../api/requests/requests';
import type { Turn } from '../../../execution/runItems';
import type { ApiRequest } from '../../../api/requests/simplifyRequest';

/** An intermediate event to trigger. */
export interface EventToTrigger {
  requestId: number;
  /** The id of its element in the process. */
  eventId: string;
  /** Is merged into the Request's data. */
  data: IDataObject;
  /** What the Request is to bring along: names that ProcessMaker's `include` knows. */
  includes: string[];
}

/**
 * Triggers an event: `POST /api/1.0/requests/{id}/events/{node}`, which is 200 for any user when the event waits there,
 * 404 when it does not, and 500 when the process has no such element.
 *
 * @returns the Request as it stands then; `unseen` when the user may trigger its event, but not see it
 */
export async function triggerEvent(
  connection: Connection,
  event: EventToTrigger,
  { mayBeDone, isDone }: Turn,
): Promise<Result<ApiRequest | 'unseen'>> {
  const { requestId, eventId, data, includes } = event;
  // The Request may have come to the event once more.
  if (isDone) return seen(await readChanged(connection, requestId, includes));
  const call = await callApiPatiently(connection, {
    method: 'POST',
    path: apiPath('1.0', 'requests', requestId, 'events', eventId),
    body: JSON.stringify(data),
  });
  if (call.ok) return seen(await readChanged(connection, requestId, includes));
  const { failure } = call;
  if (failure.kind !== 'notFound') {
    return {
      ok: false,
      failure:
        failure.delivery === 'notProcessed'
          ? aboutRequest(failure, requestId)
          : await explainUnknown(connection, event, failure),
    };
  }
  if (mayBeDone) {
    const request = seen(await readChanged(connection, requestId, includes));
    if (request.ok || request.failure.kind !== 'notFound') return request;
  }
  return { ok: false, failure: await explainNotFound(connection, event, failure) };
}

function seen(request: Result<ApiRequest>): Result<ApiRequest | 'unseen'> {
  return !request.ok && request.failure.kind === 'forbidden' ? { ok: true, value: 'unseen' } : request;
}

/** Nothing waits there, or there is no such Request. */
async function explainNotFound(
  connection: Connection,
  { requestId, eventId }: EventToTrigger,
  failure: Failure,
): Promise<Failure> {
  const request = await readRequest(connection, requestId, []);
  if (!request.ok && request.failure.kind === 'notFound') return request.failure;
  const status = request.ok ? `, which stands in status ${request.value.status}` : '';
  return {
    ...failure,
    message: `No event "${eventId}" waits in Request ${requestId}${status}`,
    description:
      "It was triggered already, or the Request has not come to it, or the element is no intermediate event. Check 'Request' and 'Event'.",
  };
}

/** Whether it was triggered cannot be seen by a user who is no administrator; the Request's status may be a help. */
async function explainUnknown(
  connection: Connection,
  { requestId, eventId }: EventToTrigger,
  failure: Failure,
): Promise<Failure> {
  const request = await readRequest(connection, requestId, []);
  const status = request.ok ? ` Request ${requestId} stands in status ${request.value.status} now.` : '';
  if (failure.kind !== 'serverError') return { ...failure, description: `${failure.description}${status}` };
  return {
    ...failure,
    message: `ProcessMaker could not trigger event "${eventId}" of Request ${requestId} and gave no reason (HTTP status 500)`,
    description: `Often its process has no element of the id in 'Event'. The Request may have gone on all the same: look at it before you repeat this.${status}`,
  };
}
