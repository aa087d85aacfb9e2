import { isObject } from '../helpers/guards';
import type { Failure } from './failure';
import { normalizeInstanceUrl } from './instanceUrl';

/** An HTTP answer as n8n's request helper gives it with `returnFullResponse`; JSON bodies are parsed. */
export interface Answer {
  statusCode: number;
  headers: Record<string, unknown>;
  body: unknown;
}

type Classified = Omit<Failure, 'httpStatus'>;

const CHECK_URL =
  "Check the 'Instance URL' of the credential: open it in a browser, it has to be the ProcessMaker that you sign in to.";

/**
 * What a good answer holds: `json`, an object or list; `found`, the same, while 204 says that there is no such thing;
 * `nothing` that matters.
 */
export type Expected = 'json' | 'found' | 'nothing';

const NOT_FOUND: Classified = {
  kind: 'notFound',
  message: 'ProcessMaker did not find what was asked for',
  description: 'It may have been deleted, or the id belongs to another instance.',
  delivery: 'notProcessed',
};

/**
 * What a status says, by status and by the shape of the body, never by its text, which comes in many languages.
 *
 * @returns undefined for a 2xx answer that holds what is expected
 */
export function answerFailure(
  answer: Answer,
  requestUrl: string,
  expected: Expected = 'json',
): Failure | undefined {
  const { statusCode } = answer;
  const isJson = typeof answer.body === 'object' && answer.body !== null;
  const isPage = typeof answer.body === 'string' && /^\s*</.test(answer.body);
  const isExpected = expected === 'nothing' ? !isPage : isJson;
  if (statusCode >= 200 && statusCode < 300 && isExpected) return undefined;
  if (expected === 'found' && statusCode === 204) return { ...NOT_FOUND, httpStatus: statusCode };
  return { ...classify(answer, isJson, requestUrl), httpStatus: statusCode };
}

function classify(answer: Answer, isJson: boolean, requestUrl: string): Classified {
  const status = answer.statusCode;
  if (status >= 300 && status < 400) return redirect(answer, requestUrl);
  switch (status) {
    case 400:
      if (!isJson) break;
      return {
        kind: 'badRequest',
        message: 'ProcessMaker did not accept the call',
        description: fieldMessages(answer.body) || 'It gave no reason.',
        delivery: 'notProcessed',
      };
    case 401:
      return {
        kind: 'unauthorized',
        message: 'ProcessMaker did not accept the access token',
        description:
          'The token is mistyped, expired or revoked, or belongs to another instance. Create a new one in ProcessMaker and enter it in the credential.',
        delivery: 'notProcessed',
      };
    case 403:
      return {
        kind: 'forbidden',
        message: 'ProcessMaker does not allow this to the user of the access token',
        description:
          'Ask a ProcessMaker administrator for the permission, and check that the user is active, or use the token of another user.',
        delivery: 'notProcessed',
      };
    case 404:
      return isJson
        ? NOT_FOUND
        : {
            kind: 'foreignAnswer',
            message: 'There is no ProcessMaker API at the address of the credential',
            description: CHECK_URL,
            delivery: 'notProcessed',
          };
    case 405:
      return {
        kind: 'methodNotAllowed',
        message: 'ProcessMaker has no such API call at the address of the credential',
        description: CHECK_URL,
        delivery: 'notProcessed',
      };
    case 413:
      return {
        kind: 'tooLarge',
        message: 'The data is larger than the web server of this ProcessMaker accepts',
        description: 'Send fewer fields, or ask the administrator to raise the limit of the web server.',
        delivery: 'notProcessed',
      };
    case 414:
      return {
        kind: 'tooLarge',
        message: 'The search is longer than the web server of this ProcessMaker accepts',
        description: 'Give fewer or shorter conditions.',
        delivery: 'notProcessed',
      };
    case 422:
      return {
        kind: 'invalid',
        message: 'ProcessMaker refused the values that were sent',
        description: fieldMessages(answer.body) || 'It gave no reason.',
        delivery: 'notProcessed',
      };
    case 429:
      return {
        kind: 'tooManyRequests',
        message: 'ProcessMaker, or a gateway in front of it, receives too many calls',
        description: `${retryAfterText(answer)}Lower 'Requests in Parallel', then run it again.`,
        delivery: 'notProcessed',
        passing: { afterSeconds: retryAfter(answer) },
      };
    case 503:
      if (isMaintenance(answer)) {
        return {
          kind: 'maintenance',
          message: 'ProcessMaker is in maintenance mode',
          description: `${retryAfterText(answer)}Run it again when the maintenance is over.`,
          delivery: 'notProcessed',
          passing: { afterSeconds: retryAfter(answer) },
        };
      }
  }
  if (status === 500 && isObject(answer.body) && typeof answer.body.message === 'string') {
    return {
      kind: 'serverError',
      message: 'ProcessMaker could not carry out the call and gave no reason (HTTP status 500)',
      description: 'Often an id in the settings is wrong.',
      delivery: 'unknown',
    };
  }
  if (status >= 500) {
    return {
      kind: 'gateway',
      message: `No answer came from ProcessMaker itself, but HTTP status ${status} from a server in front of it`,
      description: 'See whether ProcessMaker can be reached in a browser, and run it again later.',
      delivery: 'unknown',
    };
  }
  return {
    kind: 'foreignAnswer',
    message: `The answer is not that of a ProcessMaker API (HTTP status ${status})`,
    description: CHECK_URL,
    delivery: 'unknown',
  };
}

function redirect(answer: Answer, requestUrl: string): Classified {
  const location = answer.headers.location;
  let target: string | undefined;
  try {
    const url = typeof location === 'string' ? new URL(location, requestUrl) : undefined;
    target = url && normalizeInstanceUrl(url.origin + url.pathname);
  } catch {
    target = undefined;
  }
  const isOther = target !== undefined && target !== normalizeInstanceUrl(requestUrl);
  return {
    kind: 'redirect',
    message: isOther
      ? `The 'Instance URL' of the credential points on to ${target}`
      : "The 'Instance URL' of the credential answers with a redirect, as a sign-in page or a gateway does",
    description: isOther
      ? `Redirects are not followed, so that the token goes nowhere else. If you trust it, use this address as 'Instance URL': ${target}`
      : `Redirects are not followed, so that the token goes nowhere else. ${CHECK_URL}`,
    delivery: 'notProcessed',
  };
}

/**
 * ProcessMaker's own 503: JSON that holds a message and nothing else, and a time to wait. A gateway answers HTML or
 * JSON of its own, also when it has waited in vain for ProcessMaker.
 */
function isMaintenance(answer: Answer): boolean {
  const { body } = answer;
  if (retryAfter(answer) === undefined) return false;
  return isObject(body) && typeof body.message === 'string' && Object.keys(body).length === 1;
}

/** The seconds that an answer asks to wait. The form with a date is not used by ProcessMaker, and not read. */
function retryAfter(answer: Answer): number | undefined {
  const value = answer.headers['retry-after'];
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined;
}

function retryAfterText(answer: Answer): string {
  const seconds = retryAfter(answer);
  return seconds === undefined ? '' : `It asks to wait ${seconds} seconds. `;
}

/** The texts of a 422: `message` and, by field, `errors: { field: [text, …] }`. */
function fieldMessages(body: unknown): string {
  if (!isObject(body)) return '';
  const fields = isObject(body.errors) ? Object.entries(body.errors) : [];
  if (fields.length === 0) return typeof body.message === 'string' ? body.message : '';
  return fields.map(([field, texts]) => `${field}: ${[texts].flat().map(String).join(' ')}`).join('; ');
}

/** Codes of Node.js that are raised before a connection exists, so that nothing can have been sent. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);
/** OpenSSL's verification results and TLS handshake failures as Node.js names them. */
const TLS =
  /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|CRL_|EPROTO$)/;

/** What it means that a call ended without an answer, by the code that Node.js or axios gives. */
export function callFailure(error: unknown, timeoutSeconds: number): Failure {
  const code = detailOf(error, 'code');
  const syscall = detailOf(error, 'syscall');
  // The network can also go away while an answer is awaited.
  const isBeforeSending = syscall === '' || syscall === 'connect' || syscall.startsWith('getaddrinfo');
  if (UNREACHABLE.has(code) && isBeforeSending) {
    return {
      kind: 'unreachable',
      message: `ProcessMaker cannot be reached (${code})`,
      description:
        "Check the 'Instance URL' of the credential, and that the server is running and can be reached from n8n.",
      delivery: 'notProcessed',
      // A mistyped host stays wrong; a server that refuses connections is often only starting or full.
      ...(code === 'ECONNREFUSED' && { passing: {} }),
    };
  }
  if (TLS.test(code)) {
    return {
      kind: 'certificate',
      message: `No secure connection to ProcessMaker could be made (${code})`,
      description:
        "If the instance uses a self-signed certificate that you trust, switch on 'Ignore SSL Issues' in the credential.",
      delivery: 'notProcessed',
    };
  }
  if (code === 'ERR_CANCELED') {
    return {
      kind: 'canceled',
      message: 'The execution was canceled while a call was under way',
      description: 'Run the workflow again.',
      delivery: 'unknown',
    };
  }
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return {
      kind: 'timeout',
      message: `ProcessMaker did not answer within ${timeoutSeconds} seconds`,
      description: "The option 'Timeout' sets how long to wait.",
      delivery: 'unknown',
    };
  }
  return {
    kind: 'connectionLost',
    message: `The connection to ProcessMaker was lost before its answer arrived (${code || textOf(error)})`,
    description: 'Run it again later.',
    delivery: 'unknown',
  };
}

/** n8n wraps axios' exception in a NodeApiError, and keeps it as `cause`; axios does so with that of Node.js. */
function detailOf(error: unknown, name: 'code' | 'syscall'): string {
  for (let current = error; current instanceof Error; current = current.cause) {
    const detail: unknown = name in current ? current[name as keyof typeof current] : undefined;
    if (typeof detail === 'string') return detail;
  }
  return '';
}

function textOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : 'no reason given';
}
