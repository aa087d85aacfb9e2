import {
  type IDataObject,
  type IExecuteFunctions,
  type ILoadOptionsFunctions,
  type IPollFunctions,
  type IWebhookFunctions,
  OperationalError,
} from 'n8n-workflow';
import * as n8nWorkflow from 'n8n-workflow';

import { asText, isObject } from '../guards';
import { BEARER, extraHeaders, INVALID_INSTANCE_URL, normalizeInstanceUrl } from './credential';
import { inputError } from './processMakerError';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** A person waits in front of the editor: a server that was not there once in this time is away. */
const BY_HAND_MS = 5000;

/**
 * How long a run repeats calls with which nothing was done. The time counts from the last response, so that a long run
 * survives many interruptions, while a server that stays away ends it once and not item by item.
 */
export class RetryBudget {
  private since = Date.now();

  private hasResponse = false;

  /** @param byHand whether a person has started the execution in the editor */
  constructor(
    private milliseconds: number,
    private readonly byHand = false,
  ) {}

  /** Of several times that are asked for, the longest counts. */
  extendTo(seconds: number): void {
    this.milliseconds = Math.max(this.milliseconds, seconds * 1000);
  }

  restore(): void {
    this.hasResponse = true;
    this.since = Date.now();
  }

  /**
   * How long to pause before the next attempt, in milliseconds; undefined when there is to be none. A pause has to begin
   * in time, and what the server asks for must not be longer than all of the time.
   *
   * @param isUnreachable whether there was nobody to connect to
   */
  pauseBefore(attempts: number, askedSeconds = 0, isUnreachable = false): number | undefined {
    const asked = askedSeconds * 1000;
    const isAway = this.byHand && isUnreachable && !this.hasResponse;
    const milliseconds = isAway ? Math.min(BY_HAND_MS, this.milliseconds) : this.milliseconds;
    const left = milliseconds - (Date.now() - this.since);
    if (left <= 0 || asked > this.milliseconds) return undefined;
    const backoff = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
    // Spread, so that calls that were refused together do not come back together.
    const pause = Math.max(asked, backoff * (0.5 + Math.random() / 2));
    // Whoever waits before the screen is told at the end of that time.
    return isAway ? Math.min(pause, left) : pause;
  }
}

/** Where calls go, and what must never be shown. One for a whole run. */
export interface Connection {
  context: IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions | IWebhookFunctions;
  instanceUrl: string;
  credential: string;
  isOAuth2: boolean;
  ignoreSslIssues: boolean;
  /** What a gateway in front of the instance asks for. */
  headers: Record<string, string>;
  /** Ends pauses and keeps new calls from being sent; n8n cuts those under way itself. */
  canceled: AbortSignal | undefined;
  /** Also ends when an item has failed after which the node may not go on: then nothing more is changed. */
  stopped: AbortSignal | undefined;
  retries: RetryBudget;
  /** Learns of each call that has ended, of each that went well, and of each sign of overload. */
  throttle?: { ended?(): void; increase?(): void; decrease?(): void };
  timeoutSeconds?: number;
  scrub: (text: string) => string;
  /** Reads the secrets again: n8n may have renewed an OAuth2 token since. */
  learnSecrets: () => Promise<void>;
}

/** Reads the credential. @param retrySeconds how long to repeat calls that are refused for a cause that may pass */
export async function connect(context: Connection['context'], retrySeconds = 0): Promise<Connection> {
  const isOAuth2 = context.getNode().parameters.authentication === 'oAuth2';
  const credential = isOAuth2 ? 'processMakerOAuth2Api' : 'processMakerApi';
  const credentials = await context.getCredentials(credential);
  const instanceUrl = normalizeInstanceUrl(asText(credentials.instanceUrl));
  if (instanceUrl === undefined) throw inputError(INVALID_INSTANCE_URL, 'Check the credential.');
  const headers = extraHeaders(credentials);
  const secrets = secretsOf(credentials, headers);
  let pattern: RegExp | undefined;
  const byHand = 'getMode' in context && context.getMode?.() === 'manual';
  const canceled = 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
  return {
    context,
    instanceUrl,
    credential,
    isOAuth2,
    // n8n's own field of OAuth2 credentials has another name.
    ignoreSslIssues: credentials.ignoreSslIssues === true || credentials.ignoreSSLIssues === true,
    headers,
    canceled,
    stopped: canceled,
    retries: new RetryBudget(retrySeconds * 1000, byHand),
    scrub: (text) => text.replace((pattern ??= anyOf(secrets)), '***'),
    async learnSecrets() {
      if (!isOAuth2) return;
      // It is called while an error is reported, which must not get lost.
      const latest = secretsOf(await context.getCredentials(credential).catch(() => ({})), headers);
      const renewed = latest.filter((secret) => !secrets.includes(secret));
      if (renewed.length === 0) return;
      secrets.push(...renewed);
      pattern = undefined;
    },
  };
}

/** A shorter value, such as the 1 of a header, is no secret, and is part of many a text. */
const MIN_SECRET_LENGTH = 4;

function secretsOf(
  { accessToken, clientSecret, oauthTokenData }: IDataObject,
  headers: Connection['headers'],
): string[] {
  const tokens = isObject(oauthTokenData) ? [oauthTokenData.access_token, oauthTokenData.refresh_token] : [];
  const secrets: string[] = [];
  for (const value of [accessToken, clientSecret, ...tokens, ...Object.values(headers)]) {
    const secret = asText(value).replace(BEARER, '').trim();
    if (secret.length >= MIN_SECRET_LENGTH) secrets.push(secret);
  }
  return secrets;
}

/** A line may be broken anywhere in a long text. Each break begins with a character of its own, so that nothing is tried twice. */
const BREAKS = '(?:(?:[\\r\\n]|\\\\[rn])[ \\t]*)*';

/**
 * Finds secrets: as they are or in base64, over several lines, each character percent-encoded, even more than once, or
 * escaped as in JSON or HTML.
 */
function anyOf(secrets: string[]): RegExp {
  // One may be part of another, of which the rest would be left.
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length);
  const plain = longestFirst.map((secret) => [...secret].map(formsOf).join(BREAKS));
  const inBase64 = longestFirst.flatMap((secret) => base64Of(secret).map(base64Pattern));
  return new RegExp([...plain, ...inBase64].join('|') || '(?!)', 'gi');
}

/** Names of HTML for characters that it escapes. */
const HTML_NAMES: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

function formsOf(char: string): string {
  const percent = [...Buffer.from(char)].map((byte) => `%(?:25)*${hex(byte, 2)}`).join('');
  const unicode = char.split('').map((unit) => `\\\\+u${hex(unit.charCodeAt(0), 4)}`);
  const code = char.codePointAt(0) ?? 0;
  const name = HTML_NAMES[char];
  const html = [`&#0*${code};`, `&#x0*${hex(code, 1)};`, ...(name ? [`&${name};`] : [])];
  const backslashes = /["\\/]/.test(char) ? '\\\\*' : '';
  return `${backslashes}(?:${[escaped(char), percent, unicode.join(''), ...html].join('|')})`;
}

function hex(code: number, length: number): string {
  return code.toString(16).padStart(length, '0');
}

function escaped(char: string): string {
  return char.replace(/[^\w\s]/, '\\$&');
}

/** Below that, what a secret determines of a base64 text is part of many a text. */
const MIN_BASE64_LENGTH = 8;

/** What a secret determines of a base64 text that it is part of: it may begin at any of three places. */
function base64Of(secret: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const text = bytes
      .toString('base64')
      .slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    return text.length < MIN_BASE64_LENGTH ? [] : [text];
  });
}

/** In both alphabets of base64, one of which is for URLs. */
function base64Pattern(text: string): string {
  const forms: Record<string, string> = { '+': '(?:[+-]|%(?:25)*2b)', '/': '(?:\\\\*[/_]|%(?:25)*2f)' };
  return [...text].map((char) => forms[char] ?? char).join(BREAKS);
}

/** Takes the `remember_token` out of users: it would keep a browser signed in as one of them. */
export function dropSignInSecrets(value: unknown): void {
  if (Array.isArray(value)) {
    for (const entry of value) dropSignInSecrets(entry);
  } else if (isObject(value)) {
    if ('remember_token' in value && 'username' in value) delete value.remember_token;
    for (const [name, field] of Object.entries(value)) {
      // The data of a Request or a Task is the user's own. A list has its entries in `data`, and no id.
      const isOwnData = 'id' in value && (name === 'data' || name === 'request_data');
      if (!isOwnData) dropSignInSecrets(field);
    }
  }
}

/** In an older n8n (2.30 and before) `sleep` takes no signal, and there is this beside it. */
const { sleepWithAbort: sleep = n8nWorkflow.sleep } = n8nWorkflow as {
  sleepWithAbort?: typeof n8nWorkflow.sleep;
};

/** Waits. Returns false when the execution was canceled. */
export async function pauseFor({ canceled }: Partial<Connection>, milliseconds: number): Promise<boolean> {
  await sleep(milliseconds, canceled).catch(() => undefined);
  return canceled?.aborted !== true;
}

/** Ends the wait for a deadline. To make one for each call would cost more than all else that is done for a call. */
const CALL_ENDED = new OperationalError('The call has ended');

/** Waits for a call, but not for ever: with each byte of a slow response, the client's own timeout begins again. */
export async function withDeadline<T>(call: Promise<T>, milliseconds: number): Promise<T> {
  const over = new AbortController();
  const deadline = sleep(milliseconds, over.signal).then(() => {
    throw Object.assign(new OperationalError('The response did not end in time'), { code: 'ETIMEDOUT' });
  });
  try {
    return await Promise.race([call, deadline]);
  } finally {
    over.abort(CALL_ENDED);
  }
}
