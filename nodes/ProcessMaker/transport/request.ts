import { type IDataObject, type IHttpRequestOptions } from 'n8n-workflow';

import { classifyResponse } from './classifyResponse';
import { type Connection, dropSignInSecrets, pauseFor, withDeadline } from './connection';
import { networkError, oAuth2Error, refusedToken } from './networkErrors';
import { type ErrorDetails, isKind, ProcessMakerError, rethrown, shownText } from './processMakerError';
import { type Expected, type HttpResponse, isGood, readResponse, type Reading } from './response';

const DEFAULT_TIMEOUT_SECONDS = 120;
const MAX_READS = 5;
/** The client's own timeout comes first where it can. */
const DEADLINE_GRACE_MS = 500;

/** A form as it is sent. In one Buffer, since n8n sends no other form again after it has renewed an OAuth2 token. */
export interface Form {
  content: Buffer;
  contentType: string;
}

export interface ApiCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/`, its variable parts already encoded (see `apiPath`). */
  path: string;
  qs?: IDataObject;
  /** JSON text, or a form with a file. It is sent as it is. */
  body?: string | Form;
  expects?: Expected;
  timeoutSeconds?: number;
  /** How often a reading call is sent at most when its outcome is unknown; 5 times by default. */
  maxReads?: number;
  /** Receives the headers of a good response, by their names in lower case. */
  onHeaders?: (headers: HttpResponse['headers']) => void;
}

export type ReadCall = Omit<ApiCall, 'method' | 'body'>;

/** Joins path segments, each encoded, so that no id can lead to another route. */
export function apiPath(...segments: Array<string | number>): string {
  return segments.map((segment) => encodeURIComponent(segment)).join('/');
}

/** Sends a call once. @returns the body, an object or a list; an empty object where nothing is expected */
export async function sendRequest(connection: Connection, call: ApiCall): Promise<object> {
  const { body } = await exchange(connection, call);
  if (call.expects === 'nothing') return {};
  dropSignInSecrets(body);
  return body as object;
}

/** Reads as `sendRequest` does, again as long as that may help and the run's budget lasts. */
export async function read(connection: Connection, call: ReadCall): Promise<object> {
  return await withRetries(connection, async () => await sendRequest(connection, { ...call, method: 'GET' }));
}

/** The one way out: sends a call once, and never follows a redirect. The body of a file is a stream. */
export async function exchange(connection: Connection, call: ApiCall): Promise<HttpResponse> {
  const timeoutSeconds = call.timeoutSeconds ?? connection.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const over = new AbortController();
  const options = requestOptions(connection, call, timeoutSeconds, over.signal);
  const { context } = connection;
  const { helpers } = context;
  const reading: Reading = { expects: call.expects, run: context, over: over.signal };
  let response: HttpResponse;
  try {
    const sent: unknown = helpers.httpRequestWithAuthentication.call(context, connection.credential, options);
    const read = readResponse(sent as Promise<HttpResponse>, reading);
    response = await withDeadline(read, timeoutSeconds * 1000 + DEADLINE_GRACE_MS);
  } catch (error) {
    over.abort();
    reading.body?.destroy();
    await connection.learnSecrets();
    const aboutToken = connection.isOAuth2 ? oAuth2Error(error) : undefined;
    const unread = error instanceof ProcessMakerError ? error : networkError(error, timeoutSeconds);
    throw callError(connection, call, aboutToken ?? unread);
  } finally {
    connection.throttle?.ended?.();
  }
  if (!isGood(response, call.expects)) {
    await connection.learnSecrets();
    const refused = connection.isOAuth2 && response.statusCode === 401 && refusedToken(false);
    throw callError(connection, call, refused || classifyResponse(response, { ...call, url: options.url }));
  }
  // A 401 that n8n has renewed the token for has its own connection, which nobody reads.
  if (connection.isOAuth2 && call.expects !== 'file') over.abort();
  connection.retries.restore();
  connection.throttle?.increase?.();
  call.onHeaders?.(response.headers);
  return response;
}

function requestOptions(
  connection: Connection,
  { method, path, qs, body }: ApiCall,
  timeoutSeconds: number,
  signal: AbortSignal,
) {
  const agentOptions = {
    keepAlive: false,
    // Node.js takes a signal for each connection: no other way ends one that has gone silent half-way. n8n reads it when
    // it connects: after the deadline, such as when it has renewed a token first, nothing may be sent any more.
    get signal() {
      signal.throwIfAborted();
      return signal;
    },
  };
  return {
    method,
    url: `${connection.instanceUrl}/api/${path}`,
    qs,
    headers: {
      ...connection.headers,
      Accept: 'application/json',
      // In a list: else n8n looks at each byte of a form before it sends it again under a new token, in 1 GB of memory.
      ...(body && { 'Content-Type': typeof body === 'string' ? 'application/json' : [body.contentType] }),
    },
    body: typeof body === 'object' ? body.content : body,
    // n8n would read any amount of it into memory, and go on reading after the deadline.
    encoding: 'stream',
    agentOptions,
    timeout: timeoutSeconds * 1000,
    disableFollowRedirect: true,
    skipSslCertificateValidation: connection.ignoreSslIssues,
    returnFullResponse: true,
    // n8n would send a POST again on any 401. With OAuth2 it has to: it renews the token, and nothing was carried out.
    ignoreHttpStatusErrors: connection.isOAuth2 ? { ignore: true, except: [401] } : true,
  } satisfies IHttpRequestOptions;
}

/** Repeats an attempt with which nothing was done as long as the budget lasts. Throws the error of the last attempt. */
export async function withRetries<T>(connection: Connection, attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      const retry = error instanceof ProcessMakerError ? error.retry : undefined;
      if (!retry || attempts === retry.maxAttempts) throw rethrown(error);
      const isUnreachable = isKind(error, 'unreachable');
      const pause = connection.retries.pauseBefore(attempts, retry.afterSeconds, isUnreachable);
      if (pause === undefined || !(await pauseFor(connection, pause))) throw rethrown(error);
    }
  }
}

const MAY_HAVE_HAPPENED =
  'ProcessMaker may have carried it out all the same: look there before you repeat it.';

/** What went wrong with this call, without secrets. */
export function callError(
  connection: Connection,
  { method, maxReads = MAX_READS }: Pick<ApiCall, 'method' | 'maxReads'>,
  details: ErrorDetails,
): ProcessMakerError {
  const { delivery, httpStatus, retry } = details;
  const message = shownText(details.message, connection.scrub);
  const description = shownText(details.description, connection.scrub);
  const error = new ProcessMakerError({ ...details, message, description });
  if (error.isOverload) connection.throttle?.decrease?.();
  if (delivery === 'notProcessed') {
    // ProcessMaker, or a server in front of it, has responded, and will not respond otherwise to a repeat.
    if (httpStatus !== undefined && !retry) connection.retries.restore();
    return error;
  }
  if (method !== 'GET') return error.with({ description: `${MAY_HAVE_HAPPENED} ${description}` });
  // Reading changes nothing, so that it may be repeated whatever its outcome was.
  const again = error.isTransient && { retry: { maxAttempts: maxReads } };
  return error.with({ delivery: 'notProcessed', ...again });
}
