import type { Connection } from '../../../transport/connection';
import { callApiPatiently, apiPath } from '../../../transport/request';
import type { Failure, FailureKind } from '../../../transport/failure';
import { toItemFailure } from '../../../execution/failedItem';
import { isApiRequest } from '../../../api/requests/simplifyRequest';
import { KEY_FIELD } from './keys';
import type { StartOptions } from './options';
import type { StartOutcome } from './outcome';
import type { StartTarget } from './target';

/** A start that is ready to be sent. */
export interface ReadyStart {
  target: StartTarget;
  /** The JSON text of the data, without the key. */
  body: string;
  key: string | undefined;
  /** A further field for the data. */
  field: { name: string; value: string } | undefined;
  options: StartOptions;
}

/**
 * Starts a Request: `POST /api/1.0/process_events/{process}?event={start event}`. It is only sent again when
 * ProcessMaker surely did nothing, for a reason that passes.
 *
 * @param onRefused is told of each time that it was not taken
 */
export async function startRequest(
  connection: Connection,
  { target: { processId, startEventId }, body, key, field, options }: ReadyStart,
  onRefused: (failure: Failure) => void,
): Promise<StartOutcome> {
  const call = {
    method: 'POST' as const,
    path: apiPath('1.0', 'process_events', processId),
    qs: { event: startEventId, include: includes(options.includeData) },
    body: [field, key === undefined ? undefined : { name: KEY_FIELD, value: key }].reduce(withField, body),
    timeoutSeconds: options.timeoutSeconds,
  };
  const result = await callApiPatiently(connection, call, onRefused);
  if (!result.ok) return { failure: toItemFailure(explain(result.failure, processId, startEventId)) };
  const request = result.value;
  return isApiRequest(request) ? { request } : { failure: toItemFailure(NOT_A_REQUEST) };
}

/** Adds a field to the JSON text of an object that has none of its name. */
function withField(body: string, field: ReadyStart['field']): string {
  if (!field) return body;
  const text = `"${field.name}":${JSON.stringify(field.value)}`;
  return body === '{}' ? `{${text}}` : `${body.slice(0, -1)},${text}}`;
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
