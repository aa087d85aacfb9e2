import { setMaxListeners } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { CREDENTIAL_TYPE } from '../../demo/example';
import type { Credential, ExampleWorkflow } from '../../demo/n8nClient';
import { root } from '../../demo/paths';
import { say } from '../../demo/progress';
import type { ProcessMaker } from '../processmaker';
import { delay, resetAfter, resetBefore, type Behaviour, type Call } from '../support/gateway';

const TRIGGER = 'MCP Server Trigger';
const PATH = 'requests';
const PROCESS = 'A single start with form';
/** The node gives up a call after that, and ProcessMaker responds later. */
const TIMEOUT_SECONDS = 2;
const LATE_MS = 5000;
const WINDOW_SECONDS = 10;
/** More than one worker takes at a time, so that each has some. */
const LONG_CALLS = 12;
const AT_A_TIME = 5;
/** A client gives up a call after that, before n8n's main process does. */
const PATIENCE_MS = 110_000;
/** A wait that has come to its end is answered within that, as long as its worker lives. */
const ANSWERED_WITHIN_MS = 30_000;

/** The calls of each kind; the number of a call follows its kind, such as `lost-3`. */
const KINDS = {
  plain: { tool: 'start', calls: 20, requests: 1, answer: 'request' },
  lost: { tool: 'start', calls: 5, requests: 1, answer: 'request' },
  late: { tool: 'start', calls: 5, requests: 1, answer: 'request' },
  never: { tool: 'start', calls: 3, requests: 0, answer: 'doNotCallAgain' },
  wait: { tool: 'start_and_wait', calls: 3, requests: 1, answer: 'doNotCallAgain' },
  long: { tool: 'start_once', calls: LONG_CALLS, requests: 1, answer: 'request' },
} as const;
type Kind = keyof typeof KINDS;
const SHORT_KINDS = ['plain', 'lost', 'late', 'never', 'wait'] as const satisfies Kind[];

/** What is done to the start of a call whose data names its kind. */
export function treatMcpCall({ body }: Call): Behaviour | undefined {
  const kind = /"mcpCall":"(\w+)-/.exec(body)?.[1];
  if (kind === 'lost') return resetAfter;
  if (kind === 'late') return delay(LATE_MS);
  return kind === 'never' ? resetBefore : undefined;
}

/** A workflow that gives an MCP client three tools, each of which n8n would repeat if it did so at all. */
export function mcpWorkflow(credential: Credential): ExampleWorkflow {
  const locator = { __rl: true, mode: 'name', value: PROCESS };
  const tool = (name: string, parameters: ExampleWorkflow['nodes'][number]['parameters'], options = {}) => ({
    name,
    type: 'n8n-nodes-processmaker.processMakerTool',
    typeVersion: 1,
    retryOnFail: true,
    maxTries: 3,
    waitBetweenTries: 100,
    parameters: {
      descriptionType: 'manual',
      toolDescription: `Starts a Request (${name}).`,
      resource: 'request',
      operation: 'start',
      process: locator,
      ...parameters,
      options: { timeout: TIMEOUT_SECONDS, recoveryWindow: WINDOW_SECONDS, ...options },
    },
    credentials: { [CREDENTIAL_TYPE]: credential },
  });
  const tools = [
    tool('start', {}),
    tool('start_and_wait', { waitFor: 'finish' }, { timeLimit: 1 }),
    tool(
      'start_once',
      { waitFor: 'finish' },
      { timeLimit: 300, idempotencyKey: "={{ $fromAI('key', 'The number of the order', 'string') }}" },
    ),
  ];
  const trigger = {
    name: TRIGGER,
    type: '@n8n/n8n-nodes-langchain.mcpTrigger',
    typeVersion: 2,
    webhookId: PATH,
    parameters: { authentication: 'none', path: PATH },
  };
  return {
    name: 'Tools for an MCP client',
    nodes: [trigger, ...tools].map((node, index) => ({
      ...node,
      id: `mcp-${index}`,
      position: [220 * index, 0],
    })),
    connections: Object.fromEntries(
      tools.map(({ name }) => [name, { ai_tool: [[{ node: TRIGGER, type: 'ai_tool', index: 0 }]] }]),
    ),
    pinData: {},
  };
}

interface Answer {
  content: Array<{ text?: string }>;
  isError?: boolean;
}

/** What is used of the official MCP client, which comes with n8n. */
interface Client {
  connect(transport: object): Promise<void>;
  callTool(
    call: object,
    schema: undefined,
    options: { timeout: number; signal?: AbortSignal },
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** What the calls have shown. */
export interface McpResult {
  calls: number;
  requests: number;
  /** Calls for which there is more than one Request. */
  twice: number;
  /** Long calls whose first try had no answer, since their worker was killed. */
  calledAgain: number;
}

/** Calls the tools of {@link mcpWorkflow} as an MCP client does. */
export class McpCaller {
  private readonly answers = new Map<string, Answer | undefined>();

  private calledAgain = 0;

  private readonly givenUp = new AbortController();

  constructor(
    private readonly n8nUrl: string,
    private readonly processMaker: ProcessMaker,
    private readonly signal: AbortSignal,
  ) {}

  /** Makes all calls of the short kinds, some at a time. */
  async callAll(): Promise<void> {
    const names = SHORT_KINDS.flatMap(namesOf);
    await this.withClient(async (client) => {
      const work = async () => {
        for (let name = names.shift(); name !== undefined; name = names.shift()) {
          this.answers.set(name, await call(client, name));
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, work));
    });
  }

  /** Makes the calls that last until {@link endLong}; those that get no answer, or a refusal, are made once more. */
  async callLong(): Promise<void> {
    setMaxListeners(LONG_CALLS, this.givenUp.signal);
    await this.withClient(async (client) => {
      const make = async (name: string) => {
        const first = await call(client, name, this.givenUp.signal);
        if (first && !first.isError) return void this.answers.set(name, first);
        if (first) say(`${name}: ${textOf(first)}`);
        this.calledAgain += 1;
        this.answers.set(name, await call(client, name));
      };
      await Promise.all(namesOf('long').map(make));
    });
  }

  async untilLongBegun(): Promise<void> {
    while (namesOf('long').some((name) => this.requestsOf(name).length === 0)) {
      await sleep(200, undefined, { signal: this.signal });
    }
  }

  /** Completes the Tasks for which the long calls wait, and gives up those that are not answered even then. */
  async endLong(): Promise<void> {
    const ids = namesOf('long').flatMap((name) => this.requestsOf(name).map(({ id }) => id));
    for (const task of this.processMaker.tasks()) {
      if (ids.includes(task.requestId)) await this.processMaker.completeTask(task.id, {});
    }
    await sleep(ANSWERED_WITHIN_MS, undefined, { signal: this.signal });
    this.givenUp.abort(`No answer within ${ANSWERED_WITHIN_MS / 1000} s.`);
  }

  get result(): McpResult {
    const counts = allNames().map((name) => this.requestsOf(name).length);
    return {
      calls: counts.length,
      requests: counts.reduce((sum, count) => sum + count, 0),
      twice: counts.filter((count) => count > 1).length,
      calledAgain: this.calledAgain,
    };
  }

  /** What is not as it has to be, as sentences. */
  get misses(): string[] {
    const wrong = allNames().flatMap((name) => this.missesOf(name));
    if (this.calledAgain === 0)
      wrong.push('The killed worker had no call of the MCP client: this run shows nothing.');
    if (this.calledAgain === LONG_CALLS) wrong.push('The other worker has answered no long call at first.');
    return wrong;
  }

  private missesOf(name: string): string[] {
    const { requests, answer: wanted } = KINDS[kindOf(name)];
    const found = this.requestsOf(name);
    if (found.length !== requests) return [`${name} has ${found.length} Requests.`];
    const answer = this.answers.get(name);
    const text = answer ? textOf(answer) : 'nothing';
    const ids = found.map(({ id }) => String(id));
    const isNamed = ids.every((id) => new RegExp(`\\b${id}\\b`).test(text));
    const isRight =
      wanted === 'request' ? !answer?.isError && isNamed : text.includes('Do not call again') && isNamed;
    return isRight ? [] : [`${name} was answered with ${text}`];
  }

  private requestsOf(name: string) {
    return this.processMaker.requests().filter(({ data }) => data.mcpCall === name);
  }

  /** n8n registers the trigger of a published workflow a moment after it has said so. */
  private async withClient(work: (client: Client) => Promise<void>): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const client = newClient();
      try {
        await client.connect(newTransport(`${this.n8nUrl}/mcp/${PATH}`));
      } catch (error) {
        if (attempt === 40) throw error;
        await sleep(500, undefined, { signal: this.signal });
        continue;
      }
      return await work(client).finally(() => client.close());
    }
  }
}

function kindOf(name: string): Kind {
  return name.split('-')[0] as Kind;
}

function namesOf(kind: Kind): string[] {
  return Array.from({ length: KINDS[kind].calls }, (_, index) => `${kind}-${index + 1}`);
}

function allNames(): string[] {
  return [...SHORT_KINDS, 'long' as const].flatMap(namesOf);
}

/** @returns nothing where no answer came */
async function call(client: Client, name: string, signal?: AbortSignal): Promise<Answer | undefined> {
  const data = JSON.stringify({ mcpCall: name });
  const { tool } = KINDS[kindOf(name)];
  const args = { Request_Data__JSON_: data, ...(tool === 'start_once' && { key: name }) };
  const options = { timeout: PATIENCE_MS, ...(signal && { signal }) };
  try {
    return await client.callTool({ name: tool, arguments: args }, undefined, options);
  } catch (error) {
    say(`${name}: ${String(error)}`);
    return undefined;
  }
}

function textOf({ content }: Answer): string {
  return content.map(({ text }) => text ?? '').join(' ');
}

const ofN8n = createRequire(path.join(root, 'demo', 'package.json'));

function newClient(): Client {
  const { Client } = ofN8n('@modelcontextprotocol/sdk/client/index.js') as {
    Client: new (who: { name: string; version: string }) => Client;
  };
  return new Client({ name: 'test', version: '1.0.0' });
}

function newTransport(url: string): object {
  const { StreamableHTTPClientTransport } = ofN8n('@modelcontextprotocol/sdk/client/streamableHttp.js') as {
    StreamableHTTPClientTransport: new (url: URL) => object;
  };
  return new StreamableHTTPClientTransport(new URL(url));
}
