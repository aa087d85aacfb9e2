import { engineReason } from '../../../api/requests/engineReason';
import type { ItemFailure } from '../../../execution/failedItem';
import { requestUrl, type ApiRequest } from '../../../api/requests/simplifyRequest';
import type { StartOptions } from './options';

/** What came of an item: its Request as it stands now, or why there is none to return. */
export type StartOutcome = { request: ApiRequest } | { failure: ItemFailure };

/** A Request in ERROR is not a success, unless the option says so: HTTP 201 only says that it exists. */
export function asOutcome(request: ApiRequest, options: StartOptions, instanceUrl: string): StartOutcome {
  if (request.status !== 'ERROR' || options.returnErroredRequests) return { request };
  return {
    failure: {
      ...endedBadly(request, instanceUrl),
      message: `Request ${request.id} was started, but stands in status ERROR${engineReason(request)}`,
    },
  };
}

/** The same for a Request that an earlier try has started. One that was canceled is no success either. */
export function asFoundOutcome(
  request: ApiRequest,
  options: StartOptions,
  instanceUrl: string,
): StartOutcome {
  const hasEndedBadly = request.status === 'ERROR' || request.status === 'CANCELED';
  if (!hasEndedBadly || options.returnErroredRequests) return { request };
  return {
    failure: {
      ...endedBadly(request, instanceUrl),
      message: `Request ${request.id} was already started for this item, and stands in status ${request.status}${engineReason(request)}`,
    },
  };
}

/** The same for a Request with the user's own key that another execution, or another round, has started. */
export function asExistingOutcome(
  request: ApiRequest,
  options: StartOptions,
  instanceUrl: string,
): StartOutcome {
  if (request.status !== 'ERROR' || options.returnErroredRequests) return { request };
  return {
    failure: {
      ...endedBadly(request, instanceUrl),
      message: `Request ${request.id} already exists for the Idempotency Key, and stands in status ERROR${engineReason(request)}`,
      description: `See it at ${requestUrl(request.id, instanceUrl)}. When the cause is mended, an administrator can retry it in ProcessMaker. To start another Request in its place, set the option 'If a Request With the Key Exists' to 'Start Again If It Ended in Error or Was Canceled'.`,
    },
  };
}

function endedBadly(request: ApiRequest, instanceUrl: string): ItemFailure {
  return {
    kind: 'invalid',
    message: '',
    description: `See it at ${requestUrl(request.id, instanceUrl)}. When the cause is mended, an administrator can retry it in ProcessMaker. To start another Request instead, run the workflow anew, with another Idempotency Key where you give one.`,
    delivery: 'notProcessed',
    outcome: request.status === 'ERROR' ? 'startedInError' : 'started',
    requestId: request.id,
  };
}
