import { isObject } from '../guards';
import { isStream } from './responseBody';
import type { Failure } from './failure';
import { CHECK_INSTANCE_URL } from './instanceUrl';
import { redirectFailure } from './redirect';

/** An HTTP answer as n8n's request helper gives it with `returnFullResponse`; JSON bodies are parsed. */
export interface Answer {
  statusCode: number;
  headers: Record<string, unknown>;
  body: unknown;
}

type Classified = Omit<Failure, 'httpStatus'>;

/**
 * What a good answer holds: `json`, an object or list; `found`, the same, while 204 says that there is no such thing;
 * `nothing` that matters; a `file`, as a stream.
 */
export type Expected = 'json' | 'found' | 'nothing' | 'file';

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
  const isExpected = { json: isJson, found: isJson, nothing: !isPage, file: isStream(answer.body) }[expected];
  if (statusCode >= 200 && statusCode < 300 && isExpected) return undefined;
  if (expected === 'found' && statusCode === 204) return { ...NOT_FOUND, httpStatus: statusCode };
  return { ...classify(answer, isJson, requestUrl), httpStatus: statusCode };
}

function classify(answer: Answer, isJson: boolean, requestUrl: string): Classified {
  const status = answer.statusCode;
  if (status >= 300 && status < 400) return redirectFailure(answer.headers.location, requestUrl);
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
            description: CHECK_INSTANCE_URL,
            delivery: 'notProcessed',
          };
    case 405:
      return {
        kind: 'methodNotAllowed',
        message: 'ProcessMaker has no such API call at the address of the credential',
        description: CHECK_INSTANCE_URL,
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
        description: `${retryAfterText(answer)}Run it again later. Where the operation has the option 'Requests in Parallel', lower it.`,
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
  const refusal = fileRefusal(answer.body);
  if (status === 500 && /\/files$/.test(requestUrl) && refusal !== undefined) {
    return {
      kind: 'invalid',
      message: 'ProcessMaker refused the file',
      description: refusal,
      delivery: 'notProcessed',
    };
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
    description: CHECK_INSTANCE_URL,
    delivery: 'unknown',
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

/** The text of a 500 for a file of a kind that ProcessMaker does not store: `errors: { message }`. */
function fileRefusal(body: unknown): string | undefined {
  const errors = isObject(body) && isObject(body.errors) ? body.errors : {};
  return typeof errors.message === 'string' ? errors.message : undefined;
}
