import { WebhookContext } from 'n8n-core';
import type { IDataObject, IWebhookData } from 'n8n-workflow';
import type { CredentialData } from './credentials';
import type { Engine } from './engine';
import { stored } from './engine';
import type { Run } from './run';

/** A call of the address at which a sleeping execution can be woken. */
export interface WakingCall {
  url: string;
  /** As n8n reads it from the network: nothing where nothing was sent, or where it does not know the content type. */
  body?: unknown;
  rawBody?: Buffer;
  contentType?: string;
  credentials: CredentialData;
}

export interface WakingResponse {
  status: number;
  body?: unknown;
  headers?: Record<string, unknown>;
  /** The execution, when the call has woken it. */
  run?: Run;
}

/** Calls the URL of a sleeping execution, as n8n takes such a call from the network; its signature is not checked. */
export async function wake(
  engine: Engine,
  sleeping: Run,
  { url, credentials, ...sent }: WakingCall,
): Promise<WakingResponse> {
  const data = stored(sleeping);
  const [entry] = data.executionData?.nodeExecutionStack ?? [];
  if (sleeping.status !== 'waiting' || !entry) throw new Error('The execution does not sleep.');
  // The URL of another execution leads n8n to that one, which has ended.
  const [, id, suffix = ''] = /\/webhook-waiting\/([^/]+)\/?(.*)$/.exec(new URL(url).pathname) ?? [];
  if (id !== sleeping.executionId) return { status: 409 };
  entry.node.disabled = true;
  data.waitTill = undefined;
  data.resultData.runData[entry.node.name]?.pop();

  const workflow = engine.instantiate(sleeping.workflow, credentials);
  const node = workflow.getNode(entry.node.name);
  const type = engine.nodeTypes.getByName(entry.node.type);
  const webhookDescription = type.description.webhooks?.find(({ path }) => path === suffix);
  if (!node || !type.webhook || !webhookDescription?.restartWebhook) return { status: 404 };
  const query: IDataObject = Object.fromEntries(new URL(url).searchParams);
  const result: WakingResponse = { status: 200 };
  const response = {
    setHeader: (name: string, value: unknown) =>
      void (result.headers = { ...result.headers, [name.toLowerCase()]: value }),
    status(code: number) {
      result.status = code;
      return { json: (content: unknown) => void (result.body = content) };
    },
  };
  const additionalData = {
    ...engine.additionalData(credentials, sleeping.executionId),
    httpRequest: { ...sent, query, headers: {}, params: {} },
    httpResponse: response,
  };
  const context = new WebhookContext(
    workflow,
    node,
    additionalData,
    'trigger',
    { webhookDescription } as IWebhookData,
    [],
    data,
  );
  const taken = await type.webhook.call(context);
  const { workflowData } = taken;
  if (workflowData) {
    result.body = taken.webhookResponse;
    entry.data.main = workflowData;
    entry.metadata = { ...entry.metadata, forwardAllOutputs: true };
    result.run = await engine.resume(sleeping, { credentials }, data);
  }
  return result;
}
