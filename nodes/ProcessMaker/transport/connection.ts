import { NodeOperationError, sleep, type IExecuteFunctions, type ILoadOptionsFunctions } from 'n8n-workflow';

import { asText } from '../helpers/guards';
import { INVALID_INSTANCE_URL, normalizeInstanceUrl } from './instanceUrl';
import { Patience } from './patience';

export const CREDENTIAL = 'processMakerApi';

/** Where calls go, and what must never be shown. One for a whole run. */
export interface Connection {
  context: IExecuteFunctions | ILoadOptionsFunctions;
  /** Without a trailing slash. */
  instanceUrl: string;
  ignoreSslIssues: boolean;
  /** Ends pauses and keeps new calls from being sent; n8n cuts those under way itself. */
  canceled: AbortSignal | undefined;
  /** For calls that surely did nothing. */
  patience: Patience;
  /** Takes secrets out of a text that came from elsewhere. */
  scrub: (text: string) => string;
}

/**
 * Reads the credential.
 *
 * @param patienceSeconds how long to repeat calls that are refused for a reason that passes; 0: not at all
 * @throws NodeOperationError when its Instance URL is not a web address
 */
export async function connect(context: Connection['context'], patienceSeconds = 0): Promise<Connection> {
  const credentials = await context.getCredentials(CREDENTIAL);
  const instanceUrl = normalizeInstanceUrl(asText(credentials.instanceUrl));
  if (instanceUrl === undefined) {
    throw new NodeOperationError(context.getNode(), INVALID_INSTANCE_URL, { itemIndex: 0 });
  }
  const token = asText(credentials.accessToken).trim();
  return {
    context,
    instanceUrl,
    ignoreSslIssues: credentials.ignoreSslIssues === true,
    canceled: 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined,
    patience: new Patience(patienceSeconds * 1000),
    scrub: (text) => (token === '' ? text : text.replaceAll(token, '***')),
  };
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
