import type { IDataObject, IWebhookDescription, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { readRequest } from '../api/requests/requests';
import { requestJson } from '../descriptions/output';
import { asText, isObject, messageOf } from '../guards';
import { connect } from '../transport/connection';
import { shownText } from '../transport/processMakerError';
import { hideUrl } from './callbackUrl';
import { awaitedCall, type AwaitedCall } from './callbackWait';

/** n8n's address of an execution that sleeps: `$execution.resumeUrl`. */
export const callbackWebhooks: IWebhookDescription[] = [
  {
    name: 'default',
    httpMethod: 'POST',
    responseMode: 'onReceived',
    // Without it, the process would get the text 'firstEntryJson' as the response.
    responseData: '',
    path: '',
    restartWebhook: true,
    isFullPath: true,
  },
];

/** The process waits for the response to its call. */
const READ_SECONDS = 10;
/** Not 409, after which the process would call again: for this call nobody will ever wait. */
const GONE = 410;

/** n8n types it by Express, whose types are not installed. */
interface CallResponse {
  status(code: number): { json(body: IDataObject): void };
}

/**
 * Takes the call of the process that the execution sleeps for, and wakes it: n8n has checked the signature. The output
 * is the Request as it is now, and what the process has sent in `callback`.
 */
export async function receiveCall(this: IWebhookFunctions): Promise<IWebhookResponseData> {
  const { wait, signature } = this.getQueryData() as IDataObject;
  const awaited = awaitedCall(this, wait);
  if (!awaited) {
    const response = this.getResponseObject() as unknown as CallResponse;
    response.status(GONE).json({ message: 'The execution does not wait for this call any more.' });
    return { noWebhookResponse: true };
  }
  const request = await readNow(this, awaited);
  const json = { ...request, ...awaited.extraFields, callback: bodyOf(this), timedOut: false };
  const shown = hideUrl(json, awaited.variable, asText(signature));
  return { workflowData: [[{ json: shown, pairedItem: { item: 0 } }]] };
}

/** What was sent, as n8n has read it; as text where n8n does not know the content type, and null where nothing was sent. */
function bodyOf(context: IWebhookFunctions): IDataObject | string | null {
  const { body, rawBody } = context.getRequestObject() as { body?: IDataObject | string; rawBody?: Buffer };
  if (body !== undefined) return body;
  return rawBody && rawBody.length > 0 ? rawBody.toString() : null;
}

/** A call is not lost because the Request cannot be read: then it is that of when the waiting began, with a note. */
async function readNow(context: IWebhookFunctions, awaited: AwaitedCall): Promise<IDataObject> {
  const { requestId, simplify, includes } = awaited;
  try {
    const connection = { ...(await connect(context)), timeoutSeconds: READ_SECONDS };
    const request = await readRequest(connection, requestId, includes);
    return requestJson(request, { simplify, includes, includeTasks: false }, connection.instanceUrl);
  } catch (error) {
    const reason = shownText(messageOf(error));
    const before: unknown = context.evaluateExpression('{{ $json }}', 0);
    const note = `The Request is shown as it was when the waiting began, since it could not be read when the call came: ${reason}`;
    return { ...(isObject(before) ? before : { id: requestId }), note };
  }
}
