import type { Failure } from '../transport/failure';
import { engineReason } from '../api/requests/engineReason';
import type { ItemFailure } from '../execution/failedItem';
import { requestUrl, type ApiRequest } from '../api/requests/simplifyRequest';

/** The execution was canceled, or another item has stopped the node. */
export function canceledFailure(requestId: number): ItemFailure {
  return {
    kind: 'canceled',
    message: `Request ${requestId} was no longer waited for, since the execution has ended before`,
    description: "It goes on in ProcessMaker. The operation 'Wait' of Request waits for it again.",
    delivery: 'notProcessed',
    outcome: 'started',
    requestId,
  };
}

/** The server was not to be read at the end of the time. */
export function silenceFailure(requestId: number, seconds: number, failure: Failure): ItemFailure {
  return {
    ...failure,
    message: `It is not known where Request ${requestId} stands after ${duration(seconds)}, since ProcessMaker could not be read: ${failure.message}`,
    description: "The operation 'Wait' of Request waits for it again.",
    delivery: 'notProcessed',
    outcome: 'started',
    requestId,
  };
}

/** The server has answered for good, but not with the Request. */
export function unreadFailure(requestId: number, failure: Failure): ItemFailure {
  const isNamed = failure.message.includes(`Request ${requestId}`);
  return {
    ...failure,
    message: isNamed ? failure.message : `Request ${requestId} could not be waited for: ${failure.message}`,
    requestId,
  };
}

/** A Request has ended, and was not to be read with its data. */
export function unreadEndFailure(
  { id, status }: ApiRequest,
  failure: Failure,
  instanceUrl: string,
): ItemFailure {
  return {
    ...failure,
    message: `Request ${id} has ended in status ${status}, but could not be read with its data: ${failure.message}`,
    description: `See it at ${requestUrl(id, instanceUrl)}. The operation 'Get' of Request reads it.`,
    outcome: status === 'ERROR' ? 'startedInError' : 'started',
    requestId: id,
  };
}

/** @param missing what has not appeared, for a wait that is not for the end of the Request */
export function timeIsOverFailure(
  { id }: ApiRequest,
  seconds: number,
  instanceUrl: string,
  missing?: string,
): ItemFailure {
  return {
    kind: 'timeout',
    message: `Request ${id} was still ACTIVE after ${duration(seconds)}${missing ? `, and ${missing} has not appeared` : ''}`,
    description: `It goes on in ProcessMaker, see ${requestUrl(id, instanceUrl)}. Set 'Wait Time Limit' higher, let 'When Time Is Over' return the Request, or choose 'Callback' in 'Wait For' to wait for days.`,
    delivery: 'notProcessed',
    outcome: 'started',
    requestId: id,
  };
}

/** A Request that was waited for has ended in ERROR or CANCELED. */
export function endedBadlyFailure(request: ApiRequest, instanceUrl: string): ItemFailure {
  const { id, status } = request;
  return {
    kind: 'invalid',
    message:
      status === 'CANCELED'
        ? `Request ${id} was canceled`
        : `Request ${id} has ended in status ${status}${engineReason(request)}`,
    description: `See it at ${requestUrl(id, instanceUrl)}. The option 'Return Requests in Error' returns it like any other.`,
    delivery: 'notProcessed',
    outcome: status === 'ERROR' ? 'startedInError' : 'started',
    requestId: id,
  };
}

/** A Request has ended before the Task that was waited for. */
export function endedFirstFailure(request: ApiRequest, missing: string, instanceUrl: string): ItemFailure {
  const { id, status } = request;
  return {
    kind: 'invalid',
    message: `Request ${id} has ended in status ${status} before ${missing} has appeared${engineReason(request)}`,
    description: `See it at ${requestUrl(id, instanceUrl)}. A Task that is opened and done between two looks is not seen.`,
    delivery: 'notProcessed',
    outcome: status === 'ERROR' ? 'startedInError' : 'started',
    requestId: id,
  };
}

function duration(seconds: number): string {
  return seconds === 1 ? 'a second' : `${seconds} seconds`;
}
