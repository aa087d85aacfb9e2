import { engineReason } from '../api/requests/hiddenKey';
import { type ApiRequest, requestUrl } from '../api/requests/requests';
import { explained, type Outcome, ProcessMakerError } from '../transport/processMakerError';

/** The execution was canceled, or another item has stopped the node. */
export function stoppedError(requestId: number): ProcessMakerError {
  return new ProcessMakerError({
    kind: 'canceled',
    message: `Request ${requestId} was no longer waited for, since the execution has ended before`,
    description: "It goes on in ProcessMaker. The operation 'Wait' of Request waits for it again.",
    delivery: 'notProcessed',
    outcome: 'started',
    requestId,
  });
}

/** ProcessMaker could not be read at the end of the time. */
export function unknownStateError(requestId: number, seconds: number, thrown: unknown): Error {
  return explained(thrown, ({ message }) => ({
    message: `It is not known where Request ${requestId} stands after ${duration(seconds)}, since ProcessMaker could not be read: ${message}`,
    description: "The operation 'Wait' of Request waits for it again.",
    delivery: 'notProcessed',
    outcome: 'started',
    requestId,
  }));
}

/** ProcessMaker has refused to give the Request, and will do so at the next poll as well. */
export function unreadableError(requestId: number, thrown: unknown): Error {
  return explained(thrown, ({ message }) => ({
    message: message.includes(`Request ${requestId}`)
      ? message
      : `Request ${requestId} could not be waited for: ${message}`,
    requestId,
  }));
}

/** A Request has ended, but could not be read with its data. */
export function resultUnreadError(request: ApiRequest, thrown: unknown, instanceUrl: string): Error {
  const { id, status } = request;
  return explained(thrown, ({ message }) => ({
    message: `Request ${id} has ended in status ${status}, but could not be read with its data: ${message}`,
    description: `See it at ${requestUrl(id, instanceUrl)}. The operation 'Get' of Request reads it.`,
    outcome: outcomeOf(request),
    requestId: id,
  }));
}

/** @param missing what has not appeared, for a wait that is not for the end of the Request */
export function timeoutError(
  { id }: ApiRequest,
  seconds: number,
  instanceUrl: string,
  missing?: string,
): ProcessMakerError {
  return new ProcessMakerError({
    kind: 'timeout',
    message: `Request ${id} was still ACTIVE after ${duration(seconds)}${missing ? `, and ${missing} has not appeared` : ''}`,
    description: `It goes on in ProcessMaker, see ${requestUrl(id, instanceUrl)}. Set 'Wait Time Limit' higher, let 'On Timeout' return the Request, or choose 'Callback' in 'Wait For' to wait for days.`,
    delivery: 'notProcessed',
    outcome: 'started',
    requestId: id,
  });
}

/** A Request that was waited for has ended in ERROR or CANCELED. */
export function endedBadlyError(request: ApiRequest, instanceUrl: string): ProcessMakerError {
  const { id, status } = request;
  return endError(request, {
    message:
      status === 'CANCELED'
        ? `Request ${id} was canceled`
        : `Request ${id} has ended in status ${status}${engineReason(request)}`,
    description: `See it at ${requestUrl(id, instanceUrl)}. The option 'Return Requests in Error' returns it like any other.`,
  });
}

/** A Request has ended before the Task that was waited for. */
export function endedFirstError(
  request: ApiRequest,
  missing: string,
  instanceUrl: string,
): ProcessMakerError {
  const { id, status } = request;
  return endError(request, {
    message: `Request ${id} has ended in status ${status} before ${missing} has appeared${engineReason(request)}`,
    description: `See it at ${requestUrl(id, instanceUrl)}. A Task that is opened and done between two looks is not seen.`,
  });
}

function endError(request: ApiRequest, texts: { message: string; description: string }): ProcessMakerError {
  const outcome = outcomeOf(request);
  return new ProcessMakerError({
    kind: 'invalid',
    ...texts,
    delivery: 'notProcessed',
    outcome,
    requestId: request.id,
  });
}

function outcomeOf({ status }: ApiRequest): Outcome {
  return status === 'ERROR' ? 'startedInError' : 'started';
}

function duration(seconds: number): string {
  return seconds === 1 ? 'a second' : `${seconds} seconds`;
}
