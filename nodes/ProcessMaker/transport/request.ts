import { OperationalError, sleep, type IDataObject, type IHttpRequestOptions } from 'n8n-workflow';

import { pauseFor, type Connection } from './connection';
import { answerFailure, callFailure, type Answer, type Expected } from './errors';
import type { Failure, FailureKind, Result } from './failure';
import { oAuth2Failure } from './oAuth2Failure';

const DEFAULT_TIMEOUT_SECONDS = 120;
/** The client's own timeout comes first where it can. */
const DEADLINE_GRACE_MS = 500;

/** A call of ProcessMaker's REST API. */
export interface ApiCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/`, its variable parts already encoded (see `apiPath`). */
  path: string;
  qs?: IDataObject;
  /** JSON text. It is sent as it is. */
  body?: string;
  /** What a good answer holds; JSON unless told. */
  expects?: Expected;
  timeoutSeconds?: number;
  /** Receives the headers of a good answer, by their names in lower case. */
  onHeaders?: (headers: Answer['headers']) => void;
}

/** Joins path segments, each encoded, so that no id can lead to another route. */
export function apiPath(...segments: Array<string | number>): string {
  return segments.map((segment) => encodeURIComponent(segment)).join('/');
}

/**
 * The one way out: sends a call once, never follows a redirect, and tells what came of it.
 *
 * @returns the answer's body, an object or a list; an empty object where nothing is expected
 */
export async function callApi(connection: Connection, call: ApiCall): Promise<Result<object>> {
  const { context } = connection;
  const timeoutSeconds = call.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const options = {
    method: call.method,
    url: `${connection.instanceUrl}/api/${call.path}`,
    qs: call.qs,
    headers: {
      ...connection.headers,
      Accept: 'application/json',
      ...(call.body && { 'Content-Type': 'application/json' }),
    },
    body: call.body,
    timeout: timeoutSeconds * 1000,
    disableFollowRedirect: true,
    skipSslCertificateValidation: connection.ignoreSslIssues,
    returnFullResponse: true,
    // n8n would put its own words for the server's, and would send a POST again on a 401. Only OAuth2 needs the 401: n8n
    // renews the token, and sends again what was surely not carried out.
    ignoreHttpStatusErrors: connection.isOAuth2 ? { ignore: true, except: [401] } : true,
  } satisfies IHttpRequestOptions;
  let answer: Answer;
  try {
    answer = await withDeadline(
      context.helpers.httpRequestWithAuthentication.call(
        context,
        connection.credential,
        options,
      ) as Promise<Answer>,
      options.timeout + DEADLINE_GRACE_MS,
    );
  } catch (error) {
    const signIn = connection.isOAuth2 ? oAuth2Failure(error) : undefined;
    return refused(connection, call, signIn ?? callFailure(error, timeoutSeconds));
  }
  const failure = answerFailure(answer, options.url, call.expects);
  if (!failure) {
    connection.patience.restore();
    call.onHeaders?.(answer.headers);
    return { ok: true, value: call.expects === 'nothing' ? {} : (answer.body as object) };
  }
  return refused(connection, call, failure);
}

/** Sends a call again while it surely did nothing for a reason that passes, as long as the run has patience. */
export async function callApiPatiently(
  connection: Connection,
  call: ApiCall,
  onRefused?: (failure: Failure) => void,
): Promise<Result<object>> {
  for (let tries = 1; ; tries++) {
    const result = await callApi(connection, call);
    if (result.ok) return result;
    const { passing } = result.failure;
    if (!passing || tries === passing.maxTries) return result;
    onRefused?.(result.failure);
    const pause = connection.patience.pauseBefore(tries, passing.afterSeconds);
    if (pause === undefined || !(await pauseFor(connection, pause))) return result;
  }
}

/** Ends the wait for a deadline. To make one for each call would cost more than all else that is done for a call. */
const CALL_ENDED = new OperationalError('The call has ended');

/** An answer that drips in slowly resets the client's own timeout with every byte. */
async function withDeadline<T>(call: Promise<T>, milliseconds: number): Promise<T> {
  const over = new AbortController();
  const deadline = sleep(milliseconds, over.signal).then(() => {
    throw Object.assign(new OperationalError('The answer did not end in time'), { code: 'ETIMEDOUT' });
  });
  try {
    return await Promise.race([call, deadline]);
  } finally {
    over.abort(CALL_ENDED);
    deadline.catch(() => undefined);
  }
}

const MAY_HAVE_HAPPENED =
  'ProcessMaker may have carried it out all the same: look there before you repeat it.';
/** Why the answer to a reading call may be there the next time. */
const READ_AGAIN = new Set<FailureKind>(['serverError', 'gateway', 'timeout', 'connectionLost']);
const MAX_READS = 5;

function refused(connection: Connection, { method }: ApiCall, failure: Failure): Result<never> {
  const { scrub } = connection;
  const shown = { ...failure, message: scrub(failure.message), description: scrub(failure.description) };
  if (failure.delivery === 'notProcessed') {
    // ProcessMaker, or what stands before it, has answered for good.
    if (failure.httpStatus !== undefined && !failure.passing) connection.patience.restore();
  } else if (method === 'GET') {
    // Reading changes nothing, whatever became of it, and may be repeated.
    shown.delivery = 'notProcessed';
    if (READ_AGAIN.has(failure.kind)) shown.passing = { maxTries: MAX_READS };
  } else {
    shown.description = `${MAY_HAVE_HAPPENED} ${shown.description}`;
  }
  return { ok: false, failure: shown };
}
