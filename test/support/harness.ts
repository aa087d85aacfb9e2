import type {
  IBinaryKeyData,
  IDataObject,
  INode,
  INodeParameters,
  IWorkflowBase,
  WorkflowExecuteMode,
} from 'n8n-workflow';
import { isUsedRoute } from '../contract/recordings/routes';
import type { ProcessMaker, ProcessMakerOptions } from '../processmaker';
import { startProcessMaker } from '../processmaker';
import type { CredentialData } from './credentials';
import type { Engine } from './engine';
import { createEngine } from './engine';
import type { Behaviour, Call, Gateway } from './gateway';
import { startGateway } from './gateway';
import type { Run } from './run';
import { startWorkflow } from './workflows';

export type User = keyof ProcessMaker['tokens'];
type StoredRequest = ReturnType<ProcessMaker['requests']>[number];

export interface StartOptions {
  /** The items, by their JSON. */
  input?: unknown[];
  /** The binary fields of these items. */
  binaries?: IBinaryKeyData[];
  /** Whose token the credential holds. */
  user?: User;
  credentials?: CredentialData;
  /** Settings of the node, such as `onError`. */
  settings?: Partial<INode>;
  mode?: WorkflowExecuteMode;
  signal?: AbortSignal;
}

/** A ProcessMaker, a gateway in front of it, and n8n's engine. */
export class Harness {
  engine!: Engine;
  server!: ProcessMaker;
  gateway!: Gateway;
  private known = new Set<number>();

  async open(options: ProcessMakerOptions, engine?: Engine): Promise<void> {
    this.engine = engine ?? (await createEngine());
    this.server = await startProcessMaker(options);
    this.gateway = await startGateway(this.server.url);
  }

  reset(): void {
    this.server.maintenance = false;
    this.server.scriptsHeld = false;
    this.gateway.reset();
    this.known = new Set(this.server.requests().map(({ id }) => id));
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.server.close();
  }

  credentials(user: User = 'limited', instanceUrl = this.gateway.url): CredentialData {
    return { processMakerApi: { instanceUrl, accessToken: this.server.tokens[user] } };
  }

  /** Runs an operation such as `request get` for each item. */
  async perform(operation: string, parameters: INodeParameters, options: StartOptions = {}): Promise<Run> {
    const [resource = '', name = ''] = operation.split(' ');
    return await this.start({ resource, operation: name, ...parameters }, options);
  }

  /** Runs a node with these parameters; its user is `limited` unless told. */
  async start(parameters: INodeParameters, options: StartOptions = {}): Promise<Run> {
    return await this.run(startWorkflow(parameters, options.settings), options);
  }

  async run(workflow: IWorkflowBase, { user, credentials, ...options }: StartOptions = {}): Promise<Run> {
    return await this.engine.run(workflow, {
      ...options,
      credentials: credentials ?? this.credentials(user),
    });
  }

  /** The Requests that the current test has made. */
  requests(): StoredRequest[] {
    return this.server.requests().filter(({ id }) => !this.known.has(id));
  }

  /** The files of these Requests. */
  files(): ReturnType<ProcessMaker['files']> {
    const ids = new Set(this.requests().map(({ id }) => id));
    return this.server.files().filter(({ requestId }) => ids.has(requestId));
  }

  /** The field `number` in the data of each of these Requests. */
  numbers(): unknown[] {
    return this.requests().map(({ data }) => (data as IDataObject).number);
  }

  /** Treats only the first start of the item with this number in a special way. */
  treatOnce(number: string, behaviour: Behaviour): void {
    let isFirst = true;
    this.gateway.treat = ({ method, body }) => {
      if (method !== 'POST' || !isFirst || (JSON.parse(body) as IDataObject).number !== number)
        return undefined;
      isFirst = false;
      return behaviour;
    };
  }

  /** What the Retry button does when n8n was killed in the run; the items of its first node are given anew. */
  async retryAfterCrash(killed: Run, input: unknown[], user?: User): Promise<Run> {
    return await this.engine.retryAfterCrash(killed, { input, credentials: this.credentials(user) });
  }

  /** Completes the task at which the first Request of the current test waits. */
  async completeFirstTask(): Promise<void> {
    const path = `/api/1.0/requests/${this.requests()[0]?.id}?include=activeTasks`;
    const headers = { authorization: `Bearer ${this.server.tokens.admin}` };
    const response = await fetch(`${this.server.url}${path}`, { headers });
    const { active_tasks: tasks } = (await response.json()) as { active_tasks: Array<{ id: number }> };
    await this.server.completeTask(tasks[0]?.id ?? 0, {});
  }

  /** The text of the data that each start has sent, without the key that the node adds. */
  sentTexts(): string[] {
    return this.starts().map(({ body }) => body.replace(/,?"_n8n_key":"[^"]*"}$/, '}'));
  }

  /** The data that each start has sent, without the key that the node adds. */
  sent(): IDataObject[] {
    return this.sentTexts().map((text) => JSON.parse(text) as IDataObject);
  }

  /** The key that each start has sent. */
  sentKeys(): unknown[] {
    return this.starts().map(({ body }) => (JSON.parse(body) as IDataObject)._n8n_key);
  }

  /** The calls that should start a Request. */
  starts(): Call[] {
    return this.gateway.calls.filter(({ method }) => method === 'POST');
  }

  /** The calls that only read. */
  lookUps(): Call[] {
    return this.gateway.calls.filter(({ method }) => method === 'GET');
  }
}

/** A harness for all tests of a file, each of which finds it without calls and faults of the one before. */
export function useHarness(options: ProcessMakerOptions = {}): Harness {
  const harness = new Harness();
  beforeAll(() => harness.open(options));
  beforeEach(() => harness.reset());
  afterAll(async () => {
    // The stand-in is held against recordings of exactly the routes that the node calls.
    const strangers = harness.server.calls.filter(({ method, path }) => !isUsedRoute(method, path));
    await harness.close();
    expect(strangers).toEqual([]);
  });
  return harness;
}
