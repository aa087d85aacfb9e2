import { parse as parseFlatted } from 'flatted';
import type { INodeExecutionData, IRun, IWorkflowBase } from 'n8n-workflow';
import { setTimeout as sleep } from 'node:timers/promises';

const LONGEST_EXECUTION_MS = 600_000;
const RUNNING = ['new', 'running', 'waiting'];

export interface Owner {
  email: string;
  password: string;
}

export interface Credential {
  id: string;
  name: string;
}

export interface Execution {
  id: string;
  status: IRun['status'];
  data: IRun['data'];
}

/** An execution as n8n's list of executions shows it. */
export type ListedExecution = Pick<Execution, 'id' | 'status'>;

export interface SavedWorkflow {
  id: string;
  versionId: string;
}

export type ExampleWorkflow = Pick<IWorkflowBase, 'name' | 'nodes' | 'connections' | 'pinData'> &
  Partial<Pick<IWorkflowBase, 'settings'>>;

/** What the demo does in n8n, by the calls that n8n's own editor makes. */
export class N8nClient {
  private cookie = '';

  constructor(
    private readonly url: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Creates the owner of a fresh n8n and signs in as that owner. */
  async setUpOwner(owner: Owner): Promise<void> {
    await this.call('POST', '/rest/owner/setup', { ...owner, firstName: 'Demo', lastName: 'Owner' });
  }

  /** Signs in to an n8n that has its owner already. */
  async signIn({ email, password }: Owner): Promise<void> {
    await this.call('POST', '/rest/login', { emailOrLdapLoginId: email, password });
  }

  async createCredential(name: string, type: string, data: Record<string, unknown>): Promise<Credential> {
    const { id } = (await this.call('POST', '/rest/credentials', { name, type, data })) as Credential;
    return { id, name };
  }

  /** A credential as the editor gets it, its secrets blanked. */
  async readCredential(id: string): Promise<unknown> {
    return await this.call('GET', `/rest/credentials/${id}?includeData=true`);
  }

  /** Gives a credential other data. */
  async updateCredential(
    { id, name }: Credential,
    type: string,
    data: Record<string, unknown>,
  ): Promise<void> {
    await this.call('PATCH', `/rest/credentials/${id}`, { name, type, data });
  }

  async deleteCredential({ id }: Credential): Promise<void> {
    await this.call('DELETE', `/rest/credentials/${id}`);
  }

  async createWorkflow(workflow: ExampleWorkflow): Promise<SavedWorkflow> {
    return (await this.call('POST', '/rest/workflows', workflow)) as SavedWorkflow;
  }

  /** A workflow as it is saved. */
  async readWorkflow(id: string): Promise<ExampleWorkflow> {
    return (await this.call('GET', `/rest/workflows/${id}`)) as ExampleWorkflow;
  }

  /** Makes a workflow's own triggers, such as a webhook, work. */
  async publish({ id, versionId }: SavedWorkflow): Promise<void> {
    await this.call('POST', `/rest/workflows/${id}/activate`, { versionId });
  }

  /** What has become of a publication: `in_progress`, `published`, `partial`, `failed` or `not_published`. */
  async publicationStatus(id: string): Promise<string> {
    const { status } = (await this.call('GET', `/rest/workflows/${id}/publication-status`)) as {
      status: string;
    };
    return status;
  }

  /** Switches a workflow's own triggers off. */
  async unpublish({ id }: Pick<SavedWorkflow, 'id'>): Promise<void> {
    await this.call('POST', `/rest/workflows/${id}/deactivate`, {});
  }

  /** Executes a workflow from its trigger, and waits until it has ended. */
  async execute(workflowId: string, trigger: string): Promise<Execution> {
    return await this.ended(await this.beginExecution(workflowId, trigger));
  }

  /** Begins to execute a workflow from its trigger. Gives the id of the execution. */
  async beginExecution(workflowId: string, trigger: string): Promise<string> {
    const body = { triggerToStartFrom: { name: trigger } };
    const { executionId } = (await this.call('POST', `/rest/workflows/${workflowId}/run`, body)) as {
      executionId: string;
    };
    return executionId;
  }

  /** The id of the latest execution, or 0. */
  async latestExecutionId(): Promise<number> {
    const { results } = (await this.call('GET', '/rest/executions?limit=1')) as {
      results: Array<{ id: string }>;
    };
    return Number(results[0]?.id ?? 0);
  }

  /** The executions of a workflow, the latest hundred. */
  async executions(workflowId: string): Promise<ListedExecution[]> {
    const filter = encodeURIComponent(JSON.stringify({ workflowId }));
    const { results } = (await this.call('GET', `/rest/executions?limit=100&filter=${filter}`)) as {
      results: ListedExecution[];
    };
    return results;
  }

  /** Does what the Retry button of an execution does, and waits until the new execution has ended. */
  async retry(executionId: string): Promise<Execution> {
    const { id } = (await this.call('POST', `/rest/executions/${executionId}/retry`, {
      loadWorkflow: false,
    })) as { id: string };
    return await this.ended(id);
  }

  /** Waits until an execution has ended. */
  async ended(executionId: string): Promise<Execution> {
    return await this.until(executionId, (status) => !RUNNING.includes(status));
  }

  /** Waits until an execution sleeps, or has ended. */
  async asleep(executionId: string): Promise<Execution> {
    return await this.until(executionId, (status) => status === 'waiting' || !RUNNING.includes(status));
  }

  /** An execution as it is saved. */
  async readExecution(id: string): Promise<Execution> {
    const { status, data } = (await this.call('GET', `/rest/executions/${id}`)) as {
      status: Execution['status'];
      data: string;
    };
    return { id, status, data: parseFlatted(data) as IRun['data'] };
  }

  private async until(
    executionId: string,
    isReached: (status: Execution['status']) => boolean,
  ): Promise<Execution> {
    const end = Date.now() + LONGEST_EXECUTION_MS;
    for (;;) {
      const execution = await this.readExecution(executionId);
      if (isReached(execution.status)) return execution;
      if (Date.now() > end)
        throw new Error(`Execution ${executionId} is still in status ${execution.status}.`);
      await sleep(200, undefined, { signal: this.signal });
    }
  }

  /** The descriptions of all node types that n8n has loaded. */
  async nodeTypes(): Promise<Array<{ name: string }>> {
    const response = await this.send('GET', '/types/nodes.json');
    return (await response.json()) as Array<{ name: string }>;
  }

  /** The descriptions of all types of credentials that n8n has loaded. */
  async credentialTypes(): Promise<Array<{ name: string }>> {
    const response = await this.send('GET', '/types/credentials.json');
    return (await response.json()) as Array<{ name: string }>;
  }

  private async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.send(method, path, body);
    return ((await response.json()) as { data: unknown }).data;
  }

  private async send(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(this.url + path, {
      method,
      // A busy n8n closes an idle connection in the moment at which it is used again.
      headers: { 'content-type': 'application/json', cookie: this.cookie, connection: 'close' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: this.signal,
    });
    if (!response.ok) {
      throw new Error(`n8n returned ${response.status} to ${method} ${path}: ${await response.text()}`);
    }
    const [cookie] = response.headers.getSetCookie();
    if (cookie) this.cookie = cookie.split(';')[0] ?? '';
    return response;
  }
}

/** The items that a node gave out on one of its outputs. */
export function outputOf(execution: Execution, node: string, output = 0): INodeExecutionData[] {
  return execution.data.resultData.runData[node]?.[0]?.data?.main?.[output] ?? [];
}
