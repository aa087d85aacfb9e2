import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { requestJson } from '../descriptions/requestOutput';
import { connect, type Connection } from '../transport/connection';
import { asText, isObject } from '../guards';
import { readRequest } from '../api/requests/requests';
import { awaitedCall, type AwaitedCall } from './callRound';
import { hideUrl } from './hideUrl';

/** The process waits for the answer to its call. */
const READ_SECONDS = 10;
/** Not 409, after which the process would call again: for this call nobody will ever wait. */
const GONE = 410;

/** What of n8n's answer to the call is needed. */
interface HttpResponse {
  status(code: number): { json(body: IDataObject): void };
}

/**
 * Takes the call of the process that the execution sleeps for, and wakes it: n8n has checked the signature. The output
 * is the Request as it stands now, and what the process has sent in `callback`.
 */
export async function receiveCall(this: IWebhookFunctions): Promise<IWebhookResponseData> {
  const { wait, signature } = this.getQueryData() as IDataObject;
  const awaited = awaitedCall(this);
  if (awaited === undefined || wait !== awaited.tag) {
    const response = this.getResponseObject() as unknown as HttpResponse;
    response.status(GONE).json({ message: 'The execution does not wait for this call any more.' });
    return { noWebhookResponse: true };
  }
  const request = await readNow(this, awaited);
  const json = { ...request, ...awaited.told, callback: bodyOf(this), timeIsOver: false };
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
  let reason: string;
  try {
    const connection: Connection = { ...(await connect(context)), timeoutSeconds: READ_SECONDS };
    const request = await readRequest(connection, requestId, includes);
    if (request.ok) {
      return requestJson(request.value, { simplify, includes, includeTasks: false }, connection.instanceUrl);
    }
    reason = request.failure.message;
  } catch (thrown) {
    reason = thrown instanceof Error ? thrown.message : String(thrown);
  }
  const before: unknown = context.evaluateExpression('{{ $json }}', 0);
  const note = `The Request is shown as it stood when the waiting began, since it could not be read when the call came: ${reason}`;
  return { ...(isObject(before) ? before : { id: requestId }), note };
}
