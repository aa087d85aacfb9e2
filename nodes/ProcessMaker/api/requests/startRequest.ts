import type { Connection } from '../../transport/connection';
import {
  explained,
  ProcessMakerError,
  type ErrorDetails,
  type ErrorKind,
} from '../../transport/processMakerError';
import { apiPath, sendRequest } from '../../transport/request';
import type { StartTarget } from '../processes/processes';
import { isApiRequest, type ApiRequest } from './requests';

/** A start that is ready to be sent. */
export interface ReadyStart {
  target: StartTarget;
  /** The JSON text of the data. */
  body: string;
  includeData: boolean;
  timeoutSeconds: number;
}

/**
 * Starts a Request, once: `POST /api/1.0/process_events/{process}?event={start event}`.
 *
 * @throws ProcessMakerError
 */
export async function startRequest(
  connection: Connection,
  { target, body, includeData, timeoutSeconds }: ReadyStart,
): Promise<ApiRequest> {
  let request: object;
  try {
    request = await sendRequest(connection, {
      method: 'POST',
      path: apiPath('1.0', 'process_events', target.processId),
      qs: { event: target.startEventId, include: includeData ? 'activeTasks,data' : 'activeTasks' },
      body,
      timeoutSeconds,
    });
  } catch (error) {
    throw explained(error, ({ kind }) => EXPLANATIONS[kind]?.(target));
  }
  if (isApiRequest(request)) return request;
  throw new ProcessMakerError({
    kind: 'unexpectedResponse',
    message: 'The answer to the start is not a ProcessMaker Request',
    description:
      "Check the 'Instance URL' of the credential, and look in ProcessMaker whether a Request was started before you start it again.",
    delivery: 'unknown',
    httpStatus: 201,
  });
}

/** What some errors mean to a start in particular. */
const EXPLANATIONS: Partial<Record<ErrorKind, (target: StartTarget) => Partial<ErrorDetails>>> = {
  forbidden: ({ processId, startEventId }) => ({
    message: `The user of the access token may not start process ${processId} with start event "${startEventId}", or the process has no such start event`,
    description:
      "Check 'Process' and 'Start Event'. Let an administrator assign the user to the start event in ProcessMaker's designer, and check that the user is active.",
  }),
  notFound: ({ processId, startEventId }) => ({
    message: `ProcessMaker has no process ${processId}, or no start event "${startEventId}" in it`,
    description: "Check 'Process' and 'Start Event', and that the credential is that of the right instance.",
  }),
  serverError: ({ processId, startEventId }) => ({
    message: `ProcessMaker could not start process ${processId} with start event "${startEventId}" and gave no reason (HTTP status 500)`,
    description:
      "Often the id in 'Start Event' is that of another element, such as a task. A Request may have been started all the same: look in ProcessMaker before you start it again.",
  }),
};
