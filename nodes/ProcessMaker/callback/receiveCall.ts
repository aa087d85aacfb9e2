import type { IDataObject, IWebhookDescription, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { withRetryingIfRead } from '../api/requests/failure';
import { readResumeUrl } from '../fields/parameters';
import { asText, isObject, messageOf } from '../guards';
import { shownText } from '../transport/processMakerError';
import { hideUrl } from './callbackUrl';
import { type AwaitedCall, awaitedCall, type Decision, ENDED_PATH, readAwaited } from './callbackWait';
import { CALL_CODES, type RefusedCall } from './callCodes';
import { decideByEnd } from './requestEnded';
import { isBeingWoken, wakeOnce } from './wakeOnce';

/** n8n's address of an execution that sleeps, `$execution.resumeUrl`, and the path after it that no other node has. */
export const callbackWebhooks: IWebhookDescription[] = ['', ENDED_PATH].map((path) => ({
  name: 'default',
  httpMethod: 'POST',
  responseMode: 'onReceived',
  // Without it, the process would get the text 'firstEntryJson' as the response.
  responseData: '',
  path,
  restartWebhook: true,
  isFullPath: true,
}));

/** Decides, by what is waited for, whether a call wakes the execution. */
const DECISIONS: Record<AwaitedCall['kind'], typeof decideByEnd> = {
  callback: takeCallback,
  requestEnded: decideByEnd,
};

/** n8n types it by Express, whose types are not installed. */
interface CallResponse {
  setHeader(name: string, value: number): void;
  status(code: number): { json(body: IDataObject): void };
}

/**
 * Takes a call for the execution that sleeps: n8n has checked the signature. It never throws: n8n would wake the
 * execution with an empty item, and lose what the nodes before have given.
 */
export async function receiveCall(this: IWebhookFunctions): Promise<IWebhookResponseData> {
  try {
    const tag = asText((this.getQueryData() as IDataObject).wait);
    const decision = await decide(this, tag);
    if ('refused' in decision) return refuse(this, decision.refused);
    const { json } = decision;
    return { workflowData: [[{ json, pairedItem: { item: 0 } }]], webhookResponse: { woken: true } };
  } catch (error) {
    return refuse(this, 'notReadable', error);
  }
}

/** What becomes of a call: one of those that may wake the execution does so. */
async function decide(context: IWebhookFunctions, tag: string): Promise<Decision> {
  const awaited = awaitedCall(context, tag);
  if (!awaited) return { refused: 'notThisWait' };
  if (isBeingWoken(tag)) return { refused: 'isBeingWoken' };
  const decision = await DECISIONS[awaited.kind](context, awaited, tag);
  if ('refused' in decision) return decision;
  const shown = { ...decision.json, timedOut: false };
  const json = hideUrl(shown, awaited.variable, readResumeUrl(context)?.signature ?? '');
  return wakeOnce(tag, { json });
}

function refuse(context: IWebhookFunctions, code: RefusedCall, error?: unknown) {
  try {
    if (error !== undefined)
      context.logger.warn(`A call did not wake the execution: ${shownText(messageOf(error))}`);
    const response = context.getResponseObject() as unknown as CallResponse;
    const { status, retryAfterSeconds } = CALL_CODES[code];
    if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
    response.status(status).json({ code });
  } catch {
    // Whoever called has gone.
  }
  return { noWebhookResponse: true };
}

/**
 * Any call counts. What was sent is in `callback`, and proves nothing: others can read the URL, too. It is not lost
 * because the Request cannot be read: then the Request is that of when the waiting began, with a note.
 */
async function takeCallback(
  context: IWebhookFunctions,
  awaited: AwaitedCall,
  tag: string,
): Promise<Decision> {
  const { withBody, identity } = awaited;
  const { json } = await readTogether(context, awaited, tag).catch((error: unknown) => {
    if (!withBody) throw error;
    const before: unknown = context.evaluateExpression('{{ $json }}', 0);
    const note = `The Request is shown as it was when the waiting began, since it could not be read when the call came: ${shownText(messageOf(error))}`;
    return { json: { ...(isObject(before) ? before : { id: identity.id }), note } };
  });
  return { json: withBody ? { ...json, callback: bodyOf(context) } : json };
}

/** By the tag of a wait: the read for the calls that have come together. */
const reads = new Map<string, ReturnType<typeof readAwaited>>();

async function readTogether(context: IWebhookFunctions, awaited: AwaitedCall, tag: string) {
  const underWay = reads.get(tag);
  if (underWay) return await underWay;
  const read = readAwaited(context, awaited, withRetryingIfRead).finally(() => reads.delete(tag));
  reads.set(tag, read);
  return await read;
}

/** What was sent, as n8n has read it; as text where n8n does not know the content type, and null where nothing was sent. */
function bodyOf(context: IWebhookFunctions): IDataObject | string | null {
  const request = context.getRequestObject() as { body?: IDataObject | string; rawBody?: Buffer };
  const { body, rawBody, contentType } = request as typeof request & { contentType?: string };
  // Its files, which n8n describes beside it, are deleted once the call has ended.
  if (contentType === 'multipart/form-data' && isObject(body)) return body.data as IDataObject;
  if (body !== undefined) return body;
  return rawBody && rawBody.length > 0 ? rawBody.toString() : null;
}
