import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { INodeParameters } from 'n8n-workflow';

import type { Credential, Execution } from '../../demo/n8nClient';
import type { ScriptedModel, Step, ToolCall } from '../e2e/scriptedModel';
import type { Host } from '../faults/n8n/host';
import type { Json, JsonObject, ProcessMaker, StoredRequest, StoredTask, TokenName } from '../processmaker';
import { DECISION_TASK, type OddProcesses } from './processes';
import type { ToolServer } from './toolServer';
import { agentWorkflow, completeTaskTool, gateNode, serverTool, type Tool } from './workflow';

/** After a crash the node looks for a minute for what may have been started. */
const PATIENCE_MS = 150_000;
const LOOK_EVERY_MS = 100;

/** A tool with which n8n is shown to do what it should not. */
export const NOT_COUNTED = 'Charge';

/** What an agent is asked: its prompt is by what the scripted model knows what to say. */
export interface Item {
  prompt: string;
  [field: string]: Json;
}

interface Parts {
  host: Host;
  processMaker: ProcessMaker;
  processes: OddProcesses;
  model: ScriptedModel;
  tools: ToolServer;
  credentials: { gate: Credential; agent: Credential; model: Credential };
}

/** Real n8n, the model that its agents talk to, the tools that they call, and the ProcessMaker that is asked. */
export class Stage {
  runs = 0;
  kills = 0;
  forged = 0;
  /** Reviews that n8n's own time limit has ended, and not the process. */
  endedByN8n = 0;
  /** The Requests of reviews in which a person was shown something else than what was sent. */
  readonly changed = new Set<number>();
  /** Comments that n8n does not hand on, as the documents say. */
  readonly lostComments = new Set<string>();
  /** What n8n itself was seen to do, as the documents say, one sentence each. */
  readonly limits: string[] = [];

  constructor(
    readonly parts: Parts,
    private readonly scripts: Map<string, (results: string[]) => Step | Promise<Step>>,
  ) {}

  /** Publishes an agent with a gate of its own for each tool of the server. @returns the name of its webhook */
  async agent(name: string, gate: INodeParameters = {}, tools = ['Pay']): Promise<string> {
    const { credentials, tools: server } = this.parts;
    return await this.publish(
      name,
      tools.map((tool) => ({
        node: serverTool(tool, server.url),
        gate: gateNode(`Review ${tool}`, credentials.gate, gate),
      })),
    );
  }

  /** Publishes an agent that can also complete Tasks, as the user of that credential. */
  async agentWithTasks(name: string, gate: INodeParameters, as: Credential): Promise<string> {
    const { credentials, tools: server } = this.parts;
    const reviewed = {
      node: serverTool('Pay', server.url),
      gate: gateNode('Review Pay', credentials.gate, gate),
    };
    return await this.publish(name, [reviewed, { node: completeTaskTool('Complete Task', as) }]);
  }

  private async publish(name: string, tools: Tool[]): Promise<string> {
    const { client } = this.parts.host;
    const workflow = agentWorkflow(name, this.parts.credentials.model, tools);
    await client.publish(await client.createWorkflow(workflow));
    return name;
  }

  /** Starts an agent that calls its tools in one turn, and then says what came of it. @returns the execution's id */
  async begin(agent: string, calls: ToolCall[], others: JsonObject = {}): Promise<string> {
    const prompt = this.prompt(agent, (results) =>
      results.length === 0 ? { calls } : { reply: `Done: ${results.join(' | ')}` },
    );
    return await this.beginItems(agent, [{ ...others, prompt }]);
  }

  /** A new prompt, and what the model says to it. */
  prompt(name: string, script: (results: string[]) => Step | Promise<Step>): string {
    const prompt = `${name}, prompt ${this.scripts.size + 1}.`;
    this.scripts.set(prompt, script);
    return prompt;
  }

  async beginItems(agent: string, items: Item[]): Promise<string> {
    this.runs += 1;
    const url = `${this.parts.host.url}/webhook/${agent}`;
    return await this.until(`the webhook '${agent}'`, async () => {
      const response = await post(url, { items });
      // A webhook answers 404 for a moment after its workflow was published.
      return response.ok ? (await response.text()).replaceAll('"', '') : undefined;
    });
  }

  /** The Request in which a call of that invoice is reviewed, once its Tasks are there. */
  async review(invoice: string, nth = 0): Promise<StoredRequest> {
    return await this.until(`review ${nth + 1} of ${invoice}`, () => {
      const request = this.reviewsOf(invoice)[nth];
      return request && this.tasksOf(request).length > 0 ? request : undefined;
    });
  }

  /** All reviews of calls of that invoice, in order. */
  reviewsOf(invoice: string): StoredRequest[] {
    return this.reviews().filter(({ data }) => argumentsOf(data)?.invoice === invoice);
  }

  /** All reviews that were asked for, in order. */
  reviews(): StoredRequest[] {
    return this.parts.processMaker.requests().filter(({ data }) => typeof data.toolParameters === 'string');
  }

  tasksOf({ id }: Pick<StoredRequest, 'id'>): StoredTask[] {
    const tasks = this.parts.processMaker.tasks();
    return tasks.filter(({ requestId, elementId }) => requestId === id && elementId === DECISION_TASK);
  }

  /** Calls ProcessMaker as a user. */
  async call(user: TokenName, method: string, path: string, body: JsonObject): Promise<number> {
    const { url, tokens } = this.parts.processMaker;
    const headers = { Authorization: `Bearer ${tokens[user]}`, 'Content-Type': 'application/json' };
    const init = { method, headers, body: JSON.stringify(body) };
    return (await fetch(`${url}/api/1.0${path}`, init)).status;
  }

  /** A person completes the open Tasks of a review. */
  async complete(review: StoredRequest, data: JsonObject, user: TokenName = 'nobody'): Promise<void> {
    for (const { id, status } of this.tasksOf(review)) {
      if (status !== 'ACTIVE') continue;
      assert.equal(await this.call(user, 'PUT', `/tasks/${id}`, { status: 'COMPLETED', data }), 200);
    }
  }

  isOver({ id }: StoredRequest): boolean {
    const request = this.parts.processMaker.requests().find((one) => one.id === id);
    return request?.status !== 'ACTIVE';
  }

  wasAsked(prompt: string): boolean {
    return this.parts.model.turns.some((turn) => turn.prompt === prompt);
  }

  /** Decides each review that an execution sleeps for in the same way, until it has ended. */
  async untilNothingIsOpen(execution: string, decision: string): Promise<void> {
    for (;;) {
      const { status } = await this.parts.host.client.asleep(execution);
      if (status !== 'waiting') return;
      const open = this.reviews().find(
        (review) => !this.isOver(review) && this.executionOf(review) === execution,
      );
      if (open) await this.decide(open, decision, `Comment on Request ${open.id}.`);
    }
  }

  /** Decides while the execution sleeps, and wakes it. */
  async decide(review: StoredRequest, decision: string, comment?: string): Promise<void> {
    await this.asleep(this.executionOf(review));
    await this.complete(review, { decision, ...(comment === undefined ? {} : { comment }) });
    await this.wake(review);
  }

  /** The URL that a review holds for n8n. */
  urlOf(review: StoredRequest): URL {
    return new URL(review.data._n8n_resume_url as string);
  }

  private executionOf(review: StoredRequest): string {
    return this.urlOf(review).pathname.match(/\/(\d+)\//)?.[1] ?? '';
  }

  /** Calls n8n about a review that has ended, as the workflow that wakes others does. */
  async wake(review: StoredRequest): Promise<void> {
    await this.until(`the wake of Request ${review.id}`, async () => {
      const response = await post(this.urlOf(review)).catch(() => undefined);
      if (!response || response.ok) return response;
      const text = await response.text();
      // A Request that ended before n8n slept was not waited for.
      if (/has finished already|notThisWait/.test(text)) return response;
      const mayPass = /is running already|notEnded|notReadable/.test(text) || response.status >= 500;
      return mayPass ? undefined : assert.fail(`n8n answered ${response.status} to a wake: ${text}`);
    });
  }

  /** Ends n8n as a power cut would. */
  async kill(): Promise<void> {
    this.kills += 1;
    await this.parts.host.kill();
  }

  /** Presses Retry on an execution that n8n takes for crashed, and decides its review. */
  async decideInRetry(execution: string, invoice: string, decision: string): Promise<void> {
    const retried = this.parts.host.client.retry(execution).then(({ status, data }) => {
      assert.equal(status, 'success', JSON.stringify(data.resultData.error));
      assert.ok(this.reviewsOf(invoice).length > 0, `nobody was asked: ${this.told('killed-in-the-turn')}`);
    });
    await Promise.all([retried, this.review(invoice).then((review) => this.decide(review, decision))]);
  }

  async ended(execution: string): Promise<Execution> {
    return await this.parts.host.client.ended(execution);
  }

  async asleep(execution: string): Promise<void> {
    const { status } = await this.parts.host.client.asleep(execution);
    assert.equal(status, 'waiting');
  }

  /** What the tools have returned to the model for a prompt that begins like this, in the end. */
  told(name: string): string {
    const turns = this.parts.model.turns.filter(({ prompt }) => prompt.startsWith(`${name}, `));
    return turns.flatMap(({ results }) => results).join('\n');
  }

  runsOf(invoice: string): number {
    return this.parts.tools.runs.filter(({ body }) => body.invoice === invoice).length;
  }

  async until<Found>(what: string, look: () => Found | Promise<Found>): Promise<NonNullable<Found>> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found) return found;
      if (Date.now() > end) throw new Error(`In vain waited for: ${what}.`);
      await pause(LOOK_EVERY_MS);
    }
  }
}

/** What a tool was to run with, as it is shown to the person who decides. */
export function argumentsOf({ toolParameters }: JsonObject): Record<string, unknown> | undefined {
  return typeof toolParameters === 'string'
    ? (JSON.parse(toolParameters) as Record<string, unknown>)
    : undefined;
}

/** A call of a tool that is reviewed, as n8n describes it to the model. */
export function reviewed(tool: string, invoice: string, more: object = {}, note = 'as agreed'): ToolCall {
  const input = { toolParameters: { invoice, note }, hitlParameters: {}, ...more };
  return { tool: new RegExp(`^${tool}$`), input };
}

export async function post(url: string | URL, body?: JsonObject, method = 'POST'): Promise<Response> {
  const sent = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return await fetch(url, { method, signal: AbortSignal.timeout(20_000), ...sent });
}
