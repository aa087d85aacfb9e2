import { isObject } from '../guards';
import { CHECK_INSTANCE_URL } from './credential';
import type { ErrorDetails } from './processMakerError';
import {
  fileRefusal,
  hasOnlyMessage,
  type HttpResponse,
  isStream,
  reasonsIn,
  redirectDetails,
  retryAfter,
  retryAfterText,
} from './response';

/**
 * What a good response holds: `json`, an object or list; `found`, the same, while 204 says that there is no such thing;
 * `nothing` that matters; a `file`, as a stream.
 */
export type Expected = 'json' | 'found' | 'nothing' | 'file';

/** What is known of the call that was answered. */
export interface AnsweredCall {
  url: string;
  expects?: Expected;
  /** Whether a file was sent. */
  isUpload?: boolean;
}

interface Rule {
  status: (status: number) => boolean;
  /** What else the response has to be. */
  when?: (response: HttpResponse, call: AnsweredCall) => boolean;
  details: (
    response: HttpResponse,
    call: AnsweredCall,
  ) => Pick<ErrorDetails, 'kind' | 'message' | 'description' | 'retry'>;
  /** Whether ProcessMaker may have carried out the call all the same. */
  isUnknown?: true;
}

const is = (wanted: number) => (status: number) => status === wanted;
const isJson = ({ body }: HttpResponse) => typeof body === 'object' && body !== null;

const NOT_FOUND = {
  kind: 'notFound',
  message: 'ProcessMaker did not find what was asked for',
  description: 'It may have been deleted, or the id belongs to another instance.',
} as const;

/**
 * What a status means, by status and by the shape of the body, never by its text, which comes in many languages. The
 * first rule that fits counts.
 */
const RULES: Rule[] = [
  { status: is(204), when: (_, { expects }) => expects === 'found', details: () => NOT_FOUND },
  {
    status: (status) => status >= 300 && status < 400,
    details: ({ headers }, { url }) => redirectDetails(headers.location, url),
  },
  {
    status: is(400),
    when: isJson,
    details: ({ body }) => ({
      kind: 'badRequest',
      message: 'ProcessMaker did not accept the call',
      description: reasonsIn(body),
    }),
  },
  {
    status: is(401),
    details: () => ({
      kind: 'unauthorized',
      message: 'ProcessMaker did not accept the access token',
      description:
        'The token is mistyped, expired or revoked, or belongs to another instance. Create a new one in ProcessMaker and enter it in the credential.',
    }),
  },
  {
    status: is(403),
    details: () => ({
      kind: 'forbidden',
      message: 'ProcessMaker does not allow this to the user of the access token',
      description:
        'Ask a ProcessMaker administrator for the permission, and check that the user is active, or use the token of another user.',
    }),
  },
  { status: is(404), when: isJson, details: () => NOT_FOUND },
  {
    status: is(404),
    details: () => ({
      kind: 'unexpectedResponse',
      message: 'There is no ProcessMaker API at the address of the credential',
      description: CHECK_INSTANCE_URL,
    }),
  },
  {
    status: is(405),
    details: () => ({
      kind: 'methodNotAllowed',
      message: 'ProcessMaker has no such API call at the address of the credential',
      description: CHECK_INSTANCE_URL,
    }),
  },
  {
    status: is(413),
    details: () => ({
      kind: 'tooLarge',
      message: 'The data is larger than the web server of this ProcessMaker accepts',
      description: 'Send fewer fields, or ask the administrator to raise the limit of the web server.',
    }),
  },
  {
    status: is(414),
    details: () => ({
      kind: 'tooLarge',
      message: 'The search is longer than the web server of this ProcessMaker accepts',
      description: 'Give fewer or shorter conditions.',
    }),
  },
  {
    status: is(422),
    details: ({ body }) => ({
      kind: 'invalid',
      message: 'ProcessMaker refused the values that were sent',
      description: reasonsIn(body),
    }),
  },
  {
    status: is(429),
    details: (response) => ({
      kind: 'tooManyRequests',
      message: 'ProcessMaker, or a gateway in front of it, receives too many calls',
      description: `${retryAfterText(response)}Run it again later. Where the operation has the option 'Requests in Parallel', lower it.`,
      retry: { afterSeconds: retryAfter(response) },
    }),
  },
  {
    // ProcessMaker's own 503 holds a message and nothing else, and says how long to wait. A gateway answers HTML or JSON
    // of its own, also when it has waited in vain for ProcessMaker.
    status: is(503),
    when: (response) => hasOnlyMessage(response) && retryAfter(response) !== undefined,
    details: (response) => ({
      kind: 'maintenance',
      message: 'ProcessMaker is in maintenance mode',
      description: `${retryAfterText(response)}Run it again when the maintenance is over.`,
      retry: { afterSeconds: retryAfter(response) },
    }),
  },
  {
    status: is(500),
    when: ({ body }, { isUpload }) => isUpload === true && fileRefusal(body) !== undefined,
    details: ({ body }) => ({
      kind: 'invalid',
      message: 'ProcessMaker refused the file',
      description: fileRefusal(body) ?? '',
    }),
  },
  {
    status: is(500),
    when: ({ body }) => isObject(body) && typeof body.message === 'string',
    details: () => ({
      kind: 'serverError',
      message: 'ProcessMaker could not carry out the call and gave no reason (HTTP status 500)',
      description: 'Often an id in the settings is wrong.',
    }),
    isUnknown: true,
  },
  {
    status: (status) => status >= 500,
    details: ({ statusCode }) => ({
      kind: 'gateway',
      message: `No answer came from ProcessMaker itself, but HTTP status ${statusCode} from a server in front of it`,
      description: 'See whether ProcessMaker can be reached in a browser, and run it again later.',
    }),
    isUnknown: true,
  },
  {
    status: () => true,
    details: ({ statusCode }) => ({
      kind: 'unexpectedResponse',
      message: `The answer is not that of a ProcessMaker API (HTTP status ${statusCode})`,
      description: CHECK_INSTANCE_URL,
    }),
    isUnknown: true,
  },
];

/** @returns why a response is none that was hoped for; undefined for a 2xx response that holds what is expected */
export function classifyResponse(response: HttpResponse, call: AnsweredCall): ErrorDetails | undefined {
  if (isGood(response, call)) return undefined;
  const { statusCode: httpStatus } = response;
  const rule = RULES.find(({ status, when }) => status(httpStatus) && (when?.(response, call) ?? true));
  if (!rule) return undefined;
  const delivery = rule.isUnknown ? 'unknown' : 'notProcessed';
  return { ...rule.details(response, call), delivery, httpStatus };
}

function isGood(response: HttpResponse, { expects = 'json' }: AnsweredCall): boolean {
  const { statusCode, body } = response;
  if (statusCode < 200 || statusCode >= 300) return false;
  if (expects === 'file') return isStream(body);
  return expects === 'nothing' ? typeof body !== 'string' || !/^\s*</.test(body) : isJson(response);
}
