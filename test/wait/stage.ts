import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { outputOf, type Credential, type ExampleWorkflow, type Execution } from '../../demo/n8nClient';
import type { Host } from '../faults/n8n/host';
import type { ProcessMaker } from '../processmaker';
import type { Gateway } from '../support/gateway';
import { callingWorkflow, WAITING_NODE, waitingSubWorkflow, waitingWorkflow } from './workflow';

const WEBHOOK_ATTEMPTS = 50;

/** Real n8n, and the ProcessMaker whose Requests it waits for. */
export class Stage {
  constructor(
    readonly host: Host,
    readonly processMaker: ProcessMaker,
    readonly gateway: Gateway,
    private readonly credential: Credential,
  ) {}

  /** Starts an execution that waits for a Request of a process. Gives its id. */
  async begin(
    path: string,
    processId: number,
    data: IDataObject,
    parameters?: INodeParameters,
  ): Promise<string> {
    const workflow = waitingWorkflow(path, processId, this.credential, parameters);
    return await this.beginWorkflow(path, workflow, data);
  }

  /** Starts an execution of a workflow that calls another one for each contract; that one waits. */
  async beginCalling(path: string, processId: number, contracts: IDataObject[]): Promise<string> {
    const { client } = this.host;
    const sub = await client.createWorkflow(waitingSubWorkflow(processId, this.credential));
    await client.publish(sub);
    return await this.beginWorkflow(path, callingWorkflow(path, sub.id), { contracts });
  }

  private async beginWorkflow(path: string, workflow: ExampleWorkflow, data: IDataObject): Promise<string> {
    const { client, url } = this.host;
    await client.publish(await client.createWorkflow(workflow));
    const executionId = (await client.latestExecutionId()) + 1;
    await postUntilPublished(`${url}/webhook/${path}`, data);
    return String(executionId);
  }

  async isAsleep(executionId: string): Promise<void> {
    assert.equal((await this.host.client.asleep(executionId)).status, 'waiting');
  }

  /** The only item of an execution that ends well, which does not show the execution's secret. */
  async result(executionId: string): Promise<IDataObject> {
    const execution = await this.ended(executionId);
    assert.equal(execution.status, 'success');
    const items = outputOf(execution, WAITING_NODE);
    assert.equal(items.length, 1);
    assert.ok(!JSON.stringify(items).includes(secretOf(execution)), 'the output shows the signature');
    return items[0]?.json ?? {};
  }

  private async ended(executionId: string): Promise<Execution> {
    const { host, processMaker } = this;
    try {
      return await host.client.ended(executionId);
    } catch (error) {
      const statuses = processMaker.scriptStatuses.join(', ');
      const requests = processMaker.requests().map(({ id, status }) => `${id} ${status}`);
      const told = error instanceof Error ? error.message : String(error);
      throw new Error(`${told} Scripts got ${statuses}; Requests: ${requests.join(', ')}.`, { cause: error });
    }
  }

  /** The URL in the data of the latest Request. */
  latestUrl(): URL {
    return new URL(this.processMaker.requests().at(-1)?.data['_n8n_resume_url'] as string);
  }
}

function secretOf({ data }: Execution): string {
  const { resumeToken } = data;
  assert.ok(resumeToken, 'the execution has a resume token');
  return resumeToken;
}

/** Sends JSON to a webhook, which answers 404 for a moment after its workflow was published. */
export async function postUntilPublished(url: string, body: IDataObject): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { ok, status } = await post(url, body);
    if (ok) return;
    if (status !== 404 || attempt === WEBHOOK_ATTEMPTS) throw new Error(`The webhook answered ${status}.`);
    await pause(200);
  }
}

/** Sends JSON. */
export async function post(url: string | URL, body: IDataObject): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}
