import {
  sleep,
  type IDataObject,
  type IExecuteFunctions,
  type ILoadOptionsFunctions,
  type IPollFunctions,
  type IWebhookFunctions,
} from 'n8n-workflow';

import { asText, isObject } from '../guards';
import { extraHeaders } from './extraHeaders';
import { INVALID_INSTANCE_URL, normalizeInstanceUrl } from './instanceUrl';
import { inputError } from './processMakerError';
import { RetryBudget } from './retryBudget';

/** Where calls go, and what must never be shown. One for a whole run. */
export interface Connection {
  context: IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions | IWebhookFunctions;
  /** Without a trailing slash. */
  instanceUrl: string;
  /** The credential type that n8n signs calls with. */
  credential: string;
  isOAuth2: boolean;
  ignoreSslIssues: boolean;
  /** What a gateway in front of the instance asks for. */
  headers: Record<string, string>;
  /** Ends pauses and keeps new calls from being sent; n8n cuts those under way itself. */
  canceled: AbortSignal | undefined;
  /** For calls with which nothing was done. */
  retries: RetryBudget;
  /** Is told of each response, and of each sign of overload. */
  throttle?: { increase(): void; decrease(): void };
  /** How long to wait for a response, where the call itself does not say it. */
  timeoutSeconds?: number;
  /** Takes secrets out of a text that came from elsewhere. */
  scrub: (text: string) => string;
}

/**
 * Reads the credential.
 *
 * @param retrySeconds how long to repeat calls that are refused for a cause that may pass; 0: not at all
 * @throws ProcessMakerError when its Instance URL is not a web address, or an extra header cannot be one; what n8n throws
 * when it cannot give the credential
 */
export async function connect(context: Connection['context'], retrySeconds = 0): Promise<Connection> {
  const isOAuth2 = context.getNode().parameters.authentication === 'oAuth2';
  const credential = isOAuth2 ? 'processMakerOAuth2Api' : 'processMakerApi';
  const credentials = await context.getCredentials(credential);
  const instanceUrl = normalizeInstanceUrl(asText(credentials.instanceUrl));
  if (instanceUrl === undefined) throw inputError(INVALID_INSTANCE_URL, 'Check the credential.');
  const headers = extraHeaders(credentials);
  return {
    context,
    instanceUrl,
    credential,
    isOAuth2,
    // n8n's own field of OAuth2 credentials has another name.
    ignoreSslIssues: credentials.ignoreSslIssues === true || credentials.ignoreSSLIssues === true,
    headers,
    canceled: 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined,
    retries: new RetryBudget(retrySeconds * 1000),
    scrub: scrubber([...secretsOf(credentials), ...Object.values(headers)]),
  };
}

function secretsOf({ accessToken, clientSecret, oauthTokenData }: IDataObject): string[] {
  const tokens = isObject(oauthTokenData) ? [oauthTokenData.access_token, oauthTokenData.refresh_token] : [];
  return [accessToken, clientSecret, ...tokens].map((secret) => asText(secret).trim());
}

/** A shorter value, such as the 1 of a header, is no secret, and stands in many a text. */
const MIN_SECRET_LENGTH = 4;

function scrubber(secrets: string[]): Connection['scrub'] {
  const known = secrets.filter(({ length }) => length >= MIN_SECRET_LENGTH);
  // One may be part of another, of which the rest would be left.
  known.sort((a, b) => b.length - a.length);
  return (text) => known.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

/** Waits, unless the execution is canceled. Tells whether it was not. */
export async function pauseFor({ canceled }: Connection, milliseconds: number): Promise<boolean> {
  try {
    await sleep(milliseconds, canceled);
  } catch {
    return false;
  }
  return canceled?.aborted !== true;
}
