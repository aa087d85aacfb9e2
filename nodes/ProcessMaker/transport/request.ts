import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';

import { readUnlessFile } from './responseBody';
import { callFailure } from './networkErrors';
import { pauseFor, type Connection } from './connection';
import { withDeadline } from './deadline';
import { answerFailure, type Answer, type Expected } from './classifyResponse';
import type { Failure, FailureKind, Result } from './failure';
import type { Form } from './multipart';
import { oAuth2Failure } from './oAuth2Failure';
import { dropSignInSecrets } from './signInSecrets';

const DEFAULT_TIMEOUT_SECONDS = 120;
/** The client's own timeout comes first where it can. */
const DEADLINE_GRACE_MS = 500;

/** A call of ProcessMaker's REST API. */
export interface ApiCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/`, its variable parts already encoded (see `apiPath`). */
  path: string;
  qs?: IDataObject;
  /** JSON text, or a form with a file. It is sent as it is. */
  body?: string | Form;
  /** What a good answer holds; JSON unless told. */
  expects?: Expected;
  timeoutSeconds?: number;
  /** How often a reading call is sent at most when its outcome is unknown; 5 times unless told. */
  maxReads?: number;
  /** Receives the headers of a good answer, by their names in lower case. */
  onHeaders?: (headers: Answer['headers']) => void;
}

/** Joins path segments, each encoded, so that no id can lead to another route. */
export function apiPath(...segments: Array<string | number>): string {
  return segments.map((segment) => encodeURIComponent(segment)).join('/');
}

/**
 * Sends a call once.
 *
 * @returns the answer's body, an object or a list; an empty object where nothing is expected
 */
export async function callApi(connection: Connection, call: ApiCall): Promise<Result<object>> {
  const answer = await exchange(connection, call);
  if (!answer.ok) return answer;
  if (call.expects === 'nothing') return { ok: true, value: {} };
  const body = answer.value.body as object;
  dropSignInSecrets(body);
  return { ok: true, value: body };
}

/**
 * The one way out: sends a call once, never follows a redirect, and tells what came of it.
 *
 * @returns the answer that was expected; the body of a file is a stream
 */
export async function exchange(connection: Connection, call: ApiCall): Promise<Result<Answer>> {
  const timeoutSeconds = call.timeoutSeconds ?? connection.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const options = requestOptions(connection, call, timeoutSeconds);
  let answer: Answer;
  try {
    answer = await withDeadline(send(connection, options), timeoutSeconds * 1000 + DEADLINE_GRACE_MS);
  } catch (error) {
    const signIn = connection.isOAuth2 ? oAuth2Failure(error) : undefined;
    return refused(connection, call, signIn ?? callFailure(error, timeoutSeconds));
  }
  const failure = answerFailure(answer, options.url, call.expects);
  if (failure) return refused(connection, call, failure);
  connection.patience.restore();
  call.onHeaders?.(answer.headers);
  return { ok: true, value: answer };
}

function requestOptions(
  connection: Connection,
  { method, path, qs, body, expects }: ApiCall,
  timeoutSeconds: number,
) {
  return {
    method,
    url: `${connection.instanceUrl}/api/${path}`,
    qs,
    headers: {
      ...connection.headers,
      Accept: 'application/json',
      // A list, since n8n would look at each single byte of a body with the text multipart/form-data in its header
      // before it sends it again under a new OAuth2 token: 1 GB of memory for 100 MB.
      ...(body && { 'Content-Type': typeof body === 'string' ? 'application/json' : [body.contentType] }),
    },
    body: typeof body === 'object' ? body.content : body,
    ...(expects === 'file' && { encoding: 'stream' as const }),
    timeout: timeoutSeconds * 1000,
    disableFollowRedirect: true,
    skipSslCertificateValidation: connection.ignoreSslIssues,
    returnFullResponse: true,
    // n8n would put its own words for the server's, and would send a POST again on a 401. Only OAuth2 needs the 401: n8n
    // renews the token, and sends again what was surely not carried out.
    ignoreHttpStatusErrors: connection.isOAuth2 ? { ignore: true, except: [401] } : true,
  } satisfies IHttpRequestOptions;
}

async function send({ context, credential }: Connection, options: IHttpRequestOptions): Promise<Answer> {
  const answer = (await context.helpers.httpRequestWithAuthentication.call(
    context,
    credential,
    options,
  )) as Answer;
  return options.encoding === 'stream' ? await readUnlessFile(answer) : answer;
}

/** Sends a call again while it surely did nothing for a reason that passes, as long as the run has patience. */
export async function callApiPatiently(
  connection: Connection,
  call: ApiCall,
  onRefused?: (failure: Failure) => void,
): Promise<Result<object>> {
  return await patiently(connection, async () => await callApi(connection, call), onRefused);
}

/** Repeats what surely did nothing for a reason that passes, as long as the run has patience. */
export async function patiently<T>(
  connection: Connection,
  attempt: () => Promise<Result<T>>,
  onRefused?: (failure: Failure) => void,
): Promise<Result<T>> {
  for (let tries = 1; ; tries++) {
    const result = await attempt();
    if (result.ok) return result;
    const { passing } = result.failure;
    if (!passing || tries === passing.maxTries) return result;
    onRefused?.(result.failure);
    const pause = connection.patience.pauseBefore(tries, passing.afterSeconds);
    if (pause === undefined || !(await pauseFor(connection, pause))) return result;
  }
}

const MAY_HAVE_HAPPENED =
  'ProcessMaker may have carried it out all the same: look there before you repeat it.';
/** Why the answer to a reading call may be there the next time. */
const READ_AGAIN = new Set<FailureKind>(['serverError', 'gateway', 'timeout', 'connectionLost']);
const MAX_READS = 5;

/** What a failure means to this call, without secrets. */
export function refused(
  connection: Connection,
  { method, maxReads = MAX_READS }: Pick<ApiCall, 'method' | 'maxReads'>,
  failure: Failure,
): Result<never> {
  const { scrub } = connection;
  const shown = { ...failure, message: scrub(failure.message), description: scrub(failure.description) };
  if (failure.delivery === 'notProcessed') {
    // ProcessMaker, or what stands before it, has answered for good.
    if (failure.httpStatus !== undefined && !failure.passing) connection.patience.restore();
  } else if (method === 'GET') {
    // Reading changes nothing, whatever became of it, and may be repeated.
    shown.delivery = 'notProcessed';
    if (READ_AGAIN.has(failure.kind)) shown.passing = { maxTries: maxReads };
  } else {
    shown.description = `${MAY_HAVE_HAPPENED} ${shown.description}`;
  }
  return { ok: false, failure: shown };
}
