import './environment';
import { OutboundHttp } from '@n8n/backend-network';
import type { IExecuteFunctions, IHttpRequestOptions, INode, IWorkflowBase } from 'n8n-workflow';
import type { CredentialData } from '../support/credentials';
import type { Engine, RunOptions } from '../support/engine';
import type { InlineAnswer, InlineCall } from '../support/inline-agent';
import type { Run } from '../support/run';
import { callToolsOfWebhook } from '../support/tool';
import { PROCESS_MAKER } from '../support/workflows';
import { part } from './built';
import type { Wire } from './wire';

const INSTANCE_URL = 'https://processmaker.example';

/** The part of the built node that reads the URL of an execution. */
const parameters = part('fields/parameters');
const { readResumeUrl } = parameters;

/** To which ProcessMaker the calls of this process go. */
let current: Wire | undefined;

/** How often n8n has run the node. */
let attempts = 0;

/** Puts the wire in the place of the client below n8n's request helper, and counts how often the node is run. */
export function takeCalls(engine: Engine): void {
  const node = engine.nodeTypes.getByName(PROCESS_MAKER);
  // The method is that of whoever calls it.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { execute } = node;
  node.execute = async function (this: IExecuteFunctions) {
    attempts++;
    return (await execute?.call(this)) ?? [];
  };
  const request = async (options: IHttpRequestOptions) => {
    if (!current) throw new Error('No history is being played.');
    return await current.request(options);
  };
  OutboundHttp.prototype.requests = () => ({ request, requestLegacy: request }) as never;
}

/** n8n as far as a history sees it: it runs executions, each of which is known by its access token. */
export class Host {
  private count = 0;

  /** Executions by the fresh one that they began with: a retry belongs to the one that it repeats. */
  readonly lineages = new Map<string, number>();

  constructor(
    private readonly engine: Engine,
    readonly wire: Wire,
    readonly tell: (text: string) => void,
  ) {
    current = wire;
    attempts = 0;
    parameters.readResumeUrl = readResumeUrl;
  }

  /** How often n8n has run the node in this history. */
  get attempts(): number {
    return attempts;
  }

  /** From now on as in an older n8n, which has no token in the URL of an execution. */
  keepNoToken(): void {
    parameters.readResumeUrl = () => undefined;
  }

  /** A fresh execution. */
  async run(workflow: IWorkflowBase, options: RunOptions, how = 'runs the workflow'): Promise<Run> {
    const { name, credentials } = this.begin(how);
    this.lineages.set(name, this.lineages.size);
    return await this.ended(name, this.engine.run(workflow, { ...options, credentials }));
  }

  /** The Retry button: what n8n stored is gone on with. */
  async retry(failed: Run, options: RunOptions = {}): Promise<Run> {
    const { name, credentials } = this.begin('goes on by the Retry button');
    return await this.ended(name, this.engine.retry(failed, { ...options, credentials }));
  }

  async retryAfterCrash(killed: Run, options: RunOptions): Promise<Run> {
    const { name, credentials } = this.begin('runs all nodes again, by the Retry button after the crash');
    return await this.ended(name, this.engine.retryAfterCrash(killed, { ...options, credentials }));
  }

  /** Calls of tools for which n8n runs no workflow, and gives no context: those of the MCP Server Trigger. */
  async callTools(workflow: IWorkflowBase, turns: InlineCall[][]): Promise<InlineAnswer[]> {
    const { name, credentials } = this.begin('is called by an MCP client');
    this.lineages.set(name, this.lineages.size);
    const answers = await callToolsOfWebhook(this.engine, workflow, credentials, turns);
    this.tell(`${name} ends`);
    return answers;
  }

  /** The name of the execution that comes next. */
  get next(): string {
    return `n8n-${this.count + 1}`;
  }

  private begin(how: string): { name: string; credentials: CredentialData } {
    const name = `n8n-${++this.count}`;
    this.tell(`${name} ${how}`);
    return { name, credentials: { processMakerApi: { instanceUrl: INSTANCE_URL, accessToken: name } } };
  }

  private async ended(name: string, running: Promise<Run>): Promise<Run> {
    const run = await running;
    this.tell(`${name} ends${run.error ? `: ${run.error.message}` : ''}`);
    return run;
  }
}

/** Settings with which n8n itself repeats a node. */
export const RETRY_ON_FAIL: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1000 };
