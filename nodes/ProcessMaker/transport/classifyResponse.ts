import { CHECK_INSTANCE_URL } from './credential';
import type { ErrorDetails, ErrorKind } from './processMakerError';
import {
  type Expected,
  fileRefusal,
  type HttpResponse,
  isJson,
  isOwnServerError,
  reasonsIn,
  redirectTarget,
  retryAfter,
  retryAfterText,
} from './response';

/** What is known of the call that got the response; its body is an object when a file was sent. */
export interface AnsweredCall {
  url: string;
  expects?: Expected;
  body?: string | object;
}

type Text = string | ((response: HttpResponse, call: AnsweredCall) => string);

interface Rule {
  status: number;
  upTo?: number;
  when?: (response: HttpResponse, call: AnsweredCall) => boolean;
  kind: ErrorKind;
  message: Text;
  description: Text;
  /** Whether the call can be sent again, after the time that the response asks for. */
  canRetry?: true;
  /** Whether ProcessMaker may have carried out the call all the same. */
  isUnknown?: true;
}

const NOT_FOUND = {
  kind: 'notFound',
  message: 'ProcessMaker did not find what was asked for',
  description: 'It may have been deleted, or the id belongs to another instance.',
} as const;

const MAINTENANCE = '{\n    "message": "Service Unavailable"\n}';
/** ProcessMaker's own 503 as Laravel writes it, with a message in any language. */
const LIKE_MAINTENANCE = /^\{\n {4}"message": "(?:[^"\\]|\\.)*"\n\}$/;

/** By status and by the shape of the body, never by a text, which comes in many languages. The first that fits. */
const RULES: Rule[] = [
  { status: 204, when: (_, { expects }) => expects === 'found', ...NOT_FOUND },
  {
    status: 300,
    upTo: 399,
    when: (response, { url }) => redirectTarget(response, url) !== undefined,
    kind: 'redirect',
    message: (response, { url }) =>
      `The 'Instance URL' of the credential redirects to ${redirectTarget(response, url)}`,
    description: (response, { url }) =>
      `Redirects are not followed, so that the token goes nowhere else. If you trust it, use this address as 'Instance URL': ${redirectTarget(response, url)}`,
  },
  {
    status: 300,
    upTo: 399,
    kind: 'redirect',
    message:
      "The 'Instance URL' of the credential responds with a redirect, as a sign-in page or a gateway does",
    description: `Redirects are not followed, so that the token goes nowhere else. ${CHECK_INSTANCE_URL}`,
  },
  {
    status: 400,
    when: isJson,
    kind: 'badRequest',
    message: 'ProcessMaker did not accept the call',
    description: reasonsIn,
  },
  {
    status: 401,
    kind: 'unauthorized',
    message: 'ProcessMaker did not accept the access token',
    description:
      'The token is mistyped, expired or revoked, or belongs to another instance. Create a new one in ProcessMaker and enter it in the credential.',
  },
  {
    status: 403,
    kind: 'forbidden',
    message: 'ProcessMaker does not allow this to the user of the access token',
    description:
      'Ask a ProcessMaker administrator for the permission, and check that the user is active, or use the token of another user.',
  },
  { status: 404, when: isJson, ...NOT_FOUND },
  {
    status: 404,
    kind: 'unexpectedResponse',
    message: 'There is no ProcessMaker API at the address of the credential',
    description: CHECK_INSTANCE_URL,
  },
  {
    status: 405,
    kind: 'methodNotAllowed',
    message: 'ProcessMaker has no such API call at the address of the credential',
    description: CHECK_INSTANCE_URL,
  },
  {
    status: 413,
    kind: 'tooLarge',
    message: 'The data is larger than the web server of this ProcessMaker accepts',
    description: 'Send fewer fields, or ask the administrator to raise the limit of the web server.',
  },
  {
    status: 414,
    kind: 'tooLarge',
    message: 'The search is longer than the web server of this ProcessMaker accepts',
    description: 'Give fewer or shorter conditions.',
  },
  {
    status: 422,
    upTo: 423,
    kind: 'invalid',
    message: 'ProcessMaker refused the values that were sent',
    description: reasonsIn,
  },
  {
    status: 429,
    kind: 'tooManyRequests',
    message: 'ProcessMaker, or a gateway in front of it, receives too many calls',
    description: (response) =>
      `${retryAfterText(response)}Run it again later. Where the operation has the option 'Requests in Parallel', lower it.`,
    canRetry: true,
  },
  {
    // Laravel's own layout tells it from a gateway, which may send the same JSON while ProcessMaker goes on.
    status: 503,
    when: (response) =>
      response.text === MAINTENANCE ||
      (LIKE_MAINTENANCE.test(response.text ?? '') && retryAfter(response) !== undefined),
    kind: 'maintenance',
    message: 'ProcessMaker is in maintenance mode',
    description: (response) => `${retryAfterText(response)}Run it again when the maintenance is over.`,
    canRetry: true,
  },
  {
    status: 500,
    when: (response, { body }) => typeof body === 'object' && fileRefusal(response) !== undefined,
    kind: 'invalid',
    message: 'ProcessMaker refused the file',
    description: (response) =>
      fileRefusal(response) ||
      'It gave no reason, as for a PDF file with JavaScript in it. Such a file has to be sent without the script.',
  },
  {
    status: 500,
    when: isOwnServerError,
    kind: 'serverError',
    message: 'ProcessMaker could not carry out the call and gave no reason (HTTP status 500)',
    description: 'Often an id in the settings is wrong.',
    isUnknown: true,
  },
  {
    status: 500,
    upTo: Infinity,
    kind: 'gateway',
    message: ({ statusCode }) =>
      `The response, with HTTP status ${statusCode}, is not one of ProcessMaker but most likely of a server in front of it`,
    description: 'See whether ProcessMaker can be reached in a browser, and run it again later.',
    isUnknown: true,
  },
];

const ANYTHING_ELSE: Omit<Rule, 'status'> = {
  kind: 'unexpectedResponse',
  message: ({ statusCode }) => `The response is not that of a ProcessMaker API (HTTP status ${statusCode})`,
  description: CHECK_INSTANCE_URL,
  isUnknown: true,
};

/** Why a response is not a good one. */
export function classifyResponse(response: HttpResponse, call: AnsweredCall): ErrorDetails {
  const { statusCode } = response;
  const fits = ({ status, upTo = status, when }: Rule) =>
    statusCode >= status && statusCode <= upTo && (when?.(response, call) ?? true);
  const { kind, message, description, canRetry, isUnknown } = RULES.find(fits) ?? ANYTHING_ELSE;
  return {
    kind,
    message: typeof message === 'string' ? message : message(response, call),
    description: typeof description === 'string' ? description : description(response, call),
    delivery: isUnknown ? 'unknown' : 'notProcessed',
    httpStatus: statusCode,
    ...(canRetry && { retry: { afterSeconds: retryAfter(response) } }),
  };
}
