import {
  NodeOperationError,
  type IDataObject,
  type IExecuteFunctions,
  type IHttpRequestOptions,
  type ILoadOptionsFunctions,
} from 'n8n-workflow';

import { answerFailure, callFailure, type Answer } from './errors';
import type { Failure, Result } from './failure';
import { INVALID_INSTANCE_URL, normalizeInstanceUrl } from './instanceUrl';

const CREDENTIAL = 'processMakerApi';
const DEFAULT_TIMEOUT_SECONDS = 120;

/** Where calls go, and what must never be shown. One for a whole run. */
export interface Connection {
  context: IExecuteFunctions | ILoadOptionsFunctions;
  /** Without a trailing slash. */
  instanceUrl: string;
  ignoreSslIssues: boolean;
  /** Takes secrets out of a text that came from elsewhere. */
  scrub: (text: string) => string;
}

/** A call of ProcessMaker's REST API. */
export interface ApiCall {
  method: 'GET' | 'POST';
  /** Below `/api/`, its variable parts already encoded (see `apiPath`). */
  path: string;
  qs?: IDataObject;
  /** JSON text. It is sent as it is. */
  body?: string;
  timeoutSeconds?: number;
}

/**
 * Reads the credential.
 *
 * @throws NodeOperationError when its Instance URL is not a web address
 */
export async function connect(context: Connection['context']): Promise<Connection> {
  const credentials = await context.getCredentials<{
    instanceUrl: string;
    accessToken: string;
    ignoreSslIssues?: boolean;
  }>(CREDENTIAL);
  const instanceUrl = normalizeInstanceUrl(credentials.instanceUrl);
  if (instanceUrl === undefined) {
    throw new NodeOperationError(context.getNode(), INVALID_INSTANCE_URL, { itemIndex: 0 });
  }
  const token = credentials.accessToken.trim();
  return {
    context,
    instanceUrl,
    ignoreSslIssues: credentials.ignoreSslIssues === true,
    scrub: (text) => (token === '' ? text : text.replaceAll(token, '***')),
  };
}

/** Joins path segments, each encoded, so that no id can lead to another route. */
export function apiPath(...segments: Array<string | number>): string {
  return segments.map((segment) => encodeURIComponent(segment)).join('/');
}

/**
 * The one way out: sends a call once, never follows a redirect, and tells what came of it. The answer's body is an
 * object or a list.
 */
export async function callApi(connection: Connection, call: ApiCall): Promise<Result<object>> {
  const { context } = connection;
  const timeoutSeconds = call.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const options: IHttpRequestOptions = {
    method: call.method,
    url: `${connection.instanceUrl}/api/${call.path}`,
    qs: call.qs,
    headers: { Accept: 'application/json', ...(call.body && { 'Content-Type': 'application/json' }) },
    body: call.body,
    timeout: timeoutSeconds * 1000,
    disableFollowRedirect: true,
    skipSslCertificateValidation: connection.ignoreSslIssues,
    returnFullResponse: true,
    // n8n would send a POST again on a 401, and would put its own words for the server's.
    ignoreHttpStatusErrors: true,
  };
  let answer: Answer;
  try {
    answer = (await context.helpers.httpRequestWithAuthentication.call(
      context,
      CREDENTIAL,
      options,
    )) as Answer;
  } catch (error) {
    return refused(connection, call, callFailure(error, timeoutSeconds));
  }
  const failure = answerFailure(answer, options.url);
  return failure ? refused(connection, call, failure) : { ok: true, value: answer.body as object };
}

const MAY_HAVE_HAPPENED =
  'ProcessMaker may have carried it out all the same: look there before you repeat it.';

function refused({ scrub }: Connection, { method }: ApiCall, failure: Failure): Result<never> {
  // Reading changes nothing, whatever became of it.
  const delivery = method === 'GET' ? 'notProcessed' : failure.delivery;
  const advice = delivery === 'unknown' ? `${MAY_HAVE_HAPPENED} ${failure.description}` : failure.description;
  return {
    ok: false,
    failure: { ...failure, delivery, message: scrub(failure.message), description: scrub(advice) },
  };
}
