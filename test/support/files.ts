import type { IBinaryData, IDataObject, INodeParameters } from 'n8n-workflow';
import { locator } from './workflows';
import type { User, Harness } from './harness';

/** A Request that waits at a form, as the node gives it. */
type StartedRequest = IDataObject & { id: number; caseNumber: number };

/** A binary field as n8n keeps it without a file system. */
export function binary(
  fileName: string | undefined,
  content: string | Buffer,
  mimeType = 'text/plain',
): IBinaryData {
  const bytes = Buffer.from(content);
  return {
    data: bytes.toString('base64'),
    bytes: bytes.length,
    mimeType,
    ...(fileName !== undefined && { fileName }),
  };
}

/** Rows of 'Input Binary Fields'. */
export function rows(...fields: Array<[field: string, variable?: string]>): INodeParameters {
  return { files: { file: fields.map(([field, variable = '']) => ({ field, variable })) } };
}

/** The locator of the Request that each item names in `id`. */
export const REQUEST_OF_ITEM = { request: locator('id', '={{ $json.id }}') };

/** Starts Requests that wait at a form, and forgets the calls; each is an item for the next node. */
export async function startedRequests(
  harness: Harness,
  count = 1,
  user: User = 'limited',
): Promise<StartedRequest[]> {
  const input = Array.from({ length: count }, () => ({}));
  const process = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
  const run = await harness.start(process, { input, user });
  harness.gateway.calls = [];
  return run.items('ProcessMaker') as StartedRequest[];
}

/** Puts a file into a Request in the way that any other program does. */
export async function givenFile(
  harness: Harness,
  requestId: unknown,
  name: string,
  content: string | Buffer,
  variable?: string,
): Promise<number> {
  const form = new FormData();
  if (variable !== undefined) form.set('data_name', variable);
  form.set('file', new Blob([new Uint8Array(Buffer.from(content))]), name);
  const answer = await fetch(`${harness.server.url}/api/1.0/requests/${String(requestId)}/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${harness.server.tokens.admin}`, accept: 'application/json' },
    body: form,
  });
  return ((await answer.json()) as { fileUploadId: number }).fileUploadId;
}
