import type { IDataObject } from 'n8n-workflow';

import type { Failure, FailureKind, Result } from '../transport/failure';
import { apiPath, callApi, type Connection } from '../transport/request';
import { asText, objectsIn } from './guards';
import { toItemFailure, type ItemFailure } from './itemFailure';
import { isApiRequest, requestUrl, type ApiRequest } from './simplify';
import type { StartItem, StartOptions } from './startItem';
import type { StartTarget } from './startTarget';

/** Requests that are read in one call on a repeat: keeps the URL far below the 8 KB that web servers take. */
const IDS_PER_CALL = 200;

/** What came of an item: its Request as it stands now, or why there is none to return. */
export type StartOutcome = { request: ApiRequest } | { failure: ItemFailure };

/** Starts a Request, once: `POST /api/1.0/process_events/{process}?event={start event}`. */
export async function startRequest(
  connection: Connection,
  { processId, startEventId }: StartTarget,
  { data, options }: StartItem,
): Promise<StartOutcome> {
  const result = await callApi(connection, {
    method: 'POST',
    path: apiPath('1.0', 'process_events', processId),
    qs: { event: startEventId, include: includes(options.includeData) },
    body: JSON.stringify(data),
    timeoutSeconds: options.timeoutSeconds,
  });
  if (!result.ok) return { failure: toItemFailure(explain(result.failure, processId, startEventId)) };
  const request = result.value;
  if (!isApiRequest(request)) return { failure: toItemFailure(NOT_A_REQUEST) };
  return { request };
}

/**
 * Reads Requests by id: `GET /api/1.0/requests?pmql=id IN […]`.
 *
 * @returns those that exist and that the user of the token may see, by id
 */
export async function getRequestsByIds(
  connection: Connection,
  ids: number[],
  includeData: boolean,
): Promise<Result<Map<number, ApiRequest>>> {
  const found = new Map<number, ApiRequest>();
  for (let from = 0; from < ids.length; from += IDS_PER_CALL) {
    const chunk = ids.slice(from, from + IDS_PER_CALL);
    const qs = {
      pmql: `id IN [${chunk.join(',')}]`,
      include: `process,${includes(includeData)}`,
      order_by: 'id',
      per_page: IDS_PER_CALL,
    };
    const result = await callApi(connection, { method: 'GET', path: apiPath('1.0', 'requests'), qs });
    if (!result.ok) return result;
    for (const request of objectsIn((result.value as IDataObject).data)) {
      if (isApiRequest(request)) found.set(request.id, request);
    }
  }
  return { ok: true, value: found };
}

/** A Request in ERROR is not a success, unless the option says so: HTTP 201 only says that it exists. */
export function asOutcome(request: ApiRequest, options: StartOptions, instanceUrl: string): StartOutcome {
  if (request.status !== 'ERROR' || options.returnErroredRequests) return { request };
  const [engineError = {}] = objectsIn(request.errors);
  const elementId = asText(engineError.element_id);
  const element = elementId && ` at "${asText(engineError.element_name)}" (${elementId})`;
  const reason = asText(engineError.message) && `: ${asText(engineError.message)}`;
  return {
    failure: {
      kind: 'invalid',
      message: `Request ${request.id} was started, but stands in status ERROR${element}${reason}`,
      description: `See it at ${requestUrl(request.id, instanceUrl)}. When the cause is mended, an administrator can retry it there; do not start it a second time. The option 'Return Requests in Error' returns it as a normal item.`,
      delivery: 'notProcessed',
      outcome: 'startedInError',
      requestId: request.id,
    },
  };
}

function includes(includeData: boolean): string {
  return includeData ? 'activeTasks,data' : 'activeTasks';
}

const NOT_A_REQUEST: Failure = {
  kind: 'foreignAnswer',
  message: 'The answer to the start is not a ProcessMaker Request',
  description:
    "Check the 'Instance URL' of the credential, and look in ProcessMaker whether a Request was started before you start it again.",
  delivery: 'unknown',
  httpStatus: 201,
};

type Explanation = Pick<Failure, 'message' | 'description'>;

/** What some answers mean to a start in particular. */
function explain(failure: Failure, processId: number, startEventId: string): Failure {
  const explanations: Partial<Record<FailureKind, Explanation>> = {
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
      message: `ProcessMaker could not start process ${processId} with start event "${startEventId}" and gave no reason (HTTP status 500)`,
      description:
        "Often the id in 'Start Event' is that of another element, such as a task. A Request may have been started all the same: look in ProcessMaker before you start it again.",
    },
  };
  return { ...failure, ...explanations[failure.kind] };
}
