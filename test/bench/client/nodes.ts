import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { LazyPackageDirectoryLoader } from 'n8n-core';
import {
  NodeHelpers,
  type IDataObject,
  type IExecuteFunctions,
  type IHttpRequestOptions,
  type INodeExecutionData,
  type INodeType,
} from 'n8n-workflow';
import type { Engine } from '../../support/engine';
import { helperNodes } from '../../support/helper-nodes';
import { PROCESS_MAKER } from '../../support/workflows';
import { startPath } from '../process';

export const HELPER_ONLY = 'bench.helperOnly';
export const CODE = 'bench.code';

const N8N_NODES = path.resolve(__dirname, '../../../demo/node_modules/n8n-nodes-base');

/** Makes n8n's own nodes known to the engine. They come with the n8n of the demo. */
export async function addN8nNodes(): Promise<void> {
  const loader = new LazyPackageDirectoryLoader(N8N_NODES);
  await loader.loadAll();
  for (const name of ['httpRequest', 'splitInBatches']) {
    helperNodes[`n8n-nodes-base.${name}`] = NodeHelpers.getVersionedNodeType(loader.getNode(name).type);
  }
}

/** Makes the nodes below known to the engine; they have the fields of the ProcessMaker node. */
export function addOwnNodes(engine: Engine): void {
  const { description } = engine.nodeTypes.getByName(PROCESS_MAKER);
  helperNodes[HELPER_ONLY] = { description: { ...description, name: HELPER_ONLY }, execute: callHelper };
  helperNodes[CODE] = { description: { ...description, name: CODE }, execute: makeItems } satisfies INodeType;
}

/**
 * What the ProcessMaker node cannot do without: its parameters for each item, n8n's request helper, and the items that
 * it returns. With other items the size of the result would be compared, not the work.
 */
async function callHelper(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const parallel = Number(this.getNodeParameter('options.requestsInParallel', 0, 5));
  const { instanceUrl } = await this.getCredentials<{ instanceUrl: string }>('processMakerApi');
  const items = this.getInputData();
  for (let index = 0; index < items.length; index++) {
    this.getNodeParameter('options', index, {});
    this.getNodeParameter('process', index);
    this.getNodeParameter('startEvent', index, '');
    this.getNodeParameter('dataMode', index);
    this.getNodeParameter('include', index, 'all');
  }
  const results: INodeExecutionData[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const options = request(instanceUrl, items[index]?.json ?? {});
      const call = this.helpers.httpRequestWithAuthentication.call(this, 'processMakerApi', options);
      const response = (await call) as { body: Readable };
      const body = JSON.parse(await text(response.body)) as IDataObject;
      results[index] = { json: simplified(body, instanceUrl), pairedItem: { item: index } };
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return [results];
}

function request(instanceUrl: string, json: IDataObject): IHttpRequestOptions {
  return {
    method: 'POST',
    url: instanceUrl + startPath,
    qs: { include: 'activeTasks' },
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: JSON.stringify(json),
    timeout: 120_000,
    disableFollowRedirect: true,
    skipSslCertificateValidation: false,
    returnFullResponse: true,
    ignoreHttpStatusErrors: true,
    // Only a stream can be read within limits. What it costs in n8n, about 0.05 ms, every such node pays.
    encoding: 'stream',
  };
}

/** What the ProcessMaker node shows of a Request. */
function simplified(request: IDataObject, instanceUrl: string): IDataObject {
  const [task] = request.active_tasks as IDataObject[];
  const { name: processName } = request.process as IDataObject;
  return {
    id: request.id,
    caseNumber: request.case_number,
    status: request.status,
    processId: request.process_id,
    processName,
    startedAt: request.initiated_at,
    completedAt: request.completed_at ?? null,
    activeTask: task ? { id: task.id, name: task.element_name } : null,
    url: `${instanceUrl}/requests/${Number(request.id)}`,
  };
}

/**
 * In the place of the Code node, whose task runner is only to be had in a whole n8n: it returns items of the shape
 * that the ProcessMaker node returns, and holds nothing else. With the task runner's messages it would hold more.
 */
function makeItems(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const items = this.getInputData().map((_, item) => {
    // Texts of its own for each item, as everything has that comes from elsewhere.
    const request = JSON.parse(
      JSON.stringify({ ...REQUEST, id: item + 1, case_number: item + 1 }),
    ) as IDataObject;
    return { json: simplified(request, 'http://127.0.0.1:12345'), pairedItem: { item } };
  });
  return Promise.resolve([items]);
}

const REQUEST = {
  status: 'ACTIVE',
  name: 'Purchase order approval',
  process_id: 21,
  process: { name: 'Purchase order approval' },
  initiated_at: '2026-11-24T09:30:00+00:00',
  completed_at: null,
  active_tasks: [{ id: 1, element_name: 'Place the order' }],
};
