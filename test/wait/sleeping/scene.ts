import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Cleanup } from '../../../demo/cleanup';
import { CREDENTIAL_TYPE } from '../../../demo/example';
import type { Credential, ExampleWorkflow, ListedExecution, SavedWorkflow } from '../../../demo/n8nClient';
import type { Host } from '../../faults/n8n/host';
import { startProcessMaker, type ProcessMaker, type StoredRequest, type TokenName } from '../../processmaker';
import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { startGateway, type Behaviour, type Call, type Gateway } from '../../support/gateway';
import { postUntilPublished } from '../stage';
import { openFrontDoor, requestsIn, wakeCallsFor, type FrontDoor } from './calls';
import { requestsByName, type End, type Sleeper } from './sleepers';
import { joiningWorkflow, startingWorkflow, WENT_ON } from './workflows';

/** A form task for the user of the token. */
export const PROCESS = 2;
const USER = '3';
/** The variable of a Request that holds the URL of a sleeper. */
export const VARIABLE = '_n8n_resume_url';

/** An execution that has gone on, and what its Request was at this moment. */
interface WentOn {
  sleeper: string;
  execution: string;
  status: StoredRequest['status'] | undefined;
}

/** Real n8n behind its front door, the ProcessMaker that it reads, and another one. */
export class Scene {
  /** What of n8n has gone on, in order. */
  readonly wentOn: WentOn[] = [];
  /** The workflows that sleep, by their paths. */
  readonly sleeping = new Map<string, SavedWorkflow>();
  /** The workflow that wakes them. */
  waking: SavedWorkflow | undefined;
  /** Requests that hold an address which must not be called. */
  trapped: number[] = [];
  kills = 0;
  /** How a call of a node that sleeps is treated. */
  treat: (call: Call) => Behaviour | undefined = () => undefined;

  private constructor(
    readonly host: Host,
    readonly processMaker: ProcessMaker,
    readonly other: ProcessMaker,
    /** What the nodes that sleep read. */
    readonly instance: Gateway,
    /** What the node that wakes reads: the same ProcessMaker. */
    readonly wakeInstance: Gateway,
    readonly door: FrontDoor,
    private readonly signal: AbortSignal,
  ) {}

  /** Restarts n8n with the address of its front door. */
  static async open(
    host: Host,
    processMaker: ProcessMaker,
    cleanup: Cleanup,
    signal: AbortSignal,
  ): Promise<Scene> {
    const other = await startProcessMaker();
    cleanup.add(() => other.close());
    const [instance, wakeInstance] = [
      await startGateway(processMaker.url),
      await startGateway(processMaker.url),
    ];
    const door = await openFrontDoor(host.url);
    for (const gateway of [instance, wakeInstance, door.gateway]) cleanup.add(() => gateway.close());
    await host.stop();
    await host.restart({ WEBHOOK_URL: `${door.gateway.url}/` });
    const scene = new Scene(host, processMaker, other, instance, wakeInstance, door, signal);
    instance.treat = (call) => {
      scene.note(call.path);
      return scene.treat(call);
    };
    return scene;
  }

  private note(path: string): void {
    if (!path.startsWith(WENT_ON)) return;
    const [sleeper = '', execution = ''] = path.slice(WENT_ON.length).split('/');
    this.wentOn.push({ sleeper, execution, status: this.request(sleeper)?.status });
  }

  /** A credential for the ProcessMaker behind a gateway. */
  async credential(gateway: Gateway, token: TokenName): Promise<Credential> {
    return await this.host.createCredential(gateway.url, this.processMaker.tokens[token]);
  }

  /** Gives a credential another address. */
  async pointAt(credential: Credential, instanceUrl: string, token: TokenName): Promise<void> {
    const accessToken = this.processMaker.tokens[token];
    await this.host.client.updateCredential(credential, CREDENTIAL_TYPE, { instanceUrl, accessToken });
  }

  /** Publishes a workflow that starts a Request and sleeps. */
  async publishStarting(
    path: string,
    process: number,
    credential: Credential,
    parameters?: INodeParameters,
  ): Promise<void> {
    const { url } = this.instance;
    await this.publishSleeping(path, startingWorkflow(path, process, credential, url, parameters));
  }

  /** Publishes a workflow that sleeps for a Request which runs already. */
  async publishJoining(path: string, credential: Credential): Promise<void> {
    await this.publishSleeping(path, joiningWorkflow(path, credential, this.instance.url));
  }

  private async publishSleeping(path: string, workflow: ExampleWorkflow): Promise<void> {
    this.sleeping.set(path, await this.publish(workflow));
  }

  async publish(workflow: ExampleWorkflow): Promise<SavedWorkflow> {
    const saved = await this.host.client.createWorkflow(workflow);
    await this.host.client.publish(saved);
    return saved;
  }

  /** Starts the execution of a sleeper. */
  async begin(path: string, { name }: Sleeper, data: IDataObject = {}): Promise<void> {
    await postUntilPublished(`${this.host.url}/webhook/${path}`, { sleeper: name, ...data });
  }

  /** Starts a Request without n8n. */
  async startRequest(processMaker: ProcessMaker, process: number, data: IDataObject): Promise<number> {
    const response = await fetch(`${processMaker.url}/api/1.0/process_events/${process}?event=node_1`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${processMaker.tokens.limited}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(data),
    });
    if (!response.ok) throw new Error(`The stand-in answered ${response.status} to a start.`);
    return ((await response.json()) as { id: number }).id;
  }

  /** A process whose first part is a process of its own, which gets all data. */
  async addParentProcess(): Promise<number> {
    const config = { calledElement: `ProcessId-${PROCESS}`, processId: PROCESS, startEvent: 'node_1' };
    const part = {
      type: 'callActivity',
      id: 'part',
      name: 'Part',
      attributes: { calledElement: config.calledElement },
      pm: { config: JSON.stringify(config) },
    };
    const { id } = await this.processMaker.addProcess({
      name: 'Order with a part',
      bpmn: bpmn(
        [
          startEvent('begun', 'Begun', USER),
          part,
          formTask('check', 'Check', USER),
          endEvent('ended', 'Ended'),
        ],
        line('begun', 'part', 'check', 'ended'),
      ),
    });
    return id;
  }

  /** The Request of a sleeper. */
  request(name: string): StoredRequest | undefined {
    return requestsByName(this.processMaker.requests()).get(name);
  }

  /** The sleeper whose Request a call reads. */
  sleeperIn(call: Call): string | undefined {
    const ids = call.method === 'GET' ? requestsIn(call) : [];
    const request = ids.length === 1 && this.processMaker.requests().find(({ id }) => id === ids[0]);
    return request && typeof request.data['sleeper'] === 'string' ? request.data['sleeper'] : undefined;
  }

  /** The URL in the data of a sleeper's Request. */
  url({ name }: Sleeper): URL {
    const text = this.request(name)?.data[VARIABLE];
    if (typeof text !== 'string') throw new Error(`The Request of '${name}' has no URL.`);
    return new URL(text);
  }

  /** The execution of a sleeper, as its URL names it. */
  executionOf(sleeper: Sleeper): string {
    return (
      this.url(sleeper)
        .pathname.split('/')
        .find((part) => /^\d+$/.test(part)) ?? ''
    );
  }

  /** Ends the Requests of sleepers. */
  async end(sleepers: Sleeper[]): Promise<void> {
    for (const { name, end } of sleepers) {
      const id = this.request(name)?.id ?? 0;
      await this.endRequest(id, end);
    }
  }

  /** Ends the parts of the Requests of sleepers. */
  async endParts(sleepers: Sleeper[]): Promise<void> {
    for (const { name } of sleepers) {
      const parent = this.request(name)?.id;
      const parts = this.processMaker.requests().filter((request) => request.parentRequestId === parent);
      for (const { id } of parts) await this.endRequest(id, 'COMPLETED');
    }
  }

  private async endRequest(id: number, end: End): Promise<void> {
    if (end === 'CANCELED') return this.processMaker.cancelRequest(id);
    if (end === 'ERROR') return this.processMaker.failRequest(id, 'A connector of the process has failed.');
    const open = this.processMaker
      .tasks()
      .filter(({ requestId, status }) => requestId === id && status === 'ACTIVE');
    for (const task of open) await this.processMaker.completeTask(task.id, { approved: true });
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.kills += 1;
    await this.host.kill();
  }

  /** How many of the sleepers' executions are in a status, by n8n's list. */
  async count(...statuses: Array<ListedExecution['status']>): Promise<number> {
    const lists = await Promise.all(
      [...this.sleeping.values()].map(({ id }) => this.host.client.executions(id)),
    );
    return lists.flat().filter(({ status }) => statuses.includes(status)).length;
  }

  /** Waits until n8n has answered a call of the workflow that wakes, for each of these. */
  async untilCalled(sleepers: Sleeper[], withinSeconds: number): Promise<void> {
    const executions = sleepers.map((sleeper) => this.executionOf(sleeper));
    const missing = () => executions.filter((id) => wakeCallsFor(this.door, id).length === 0);
    const isSo = await this.until(() => missing().length === 0, withinSeconds);
    if (!isSo) throw new Error(`Not called within ${withinSeconds} s: executions ${missing().join(', ')}`);
  }

  /** Waits until all of these have gone on, and n8n has saved it. */
  async untilWentOn(sleepers: Sleeper[], withinSeconds: number): Promise<void> {
    const missing = () =>
      sleepers.map(({ name }) => name).filter((name) => !this.wentOn.some(({ sleeper }) => sleeper === name));
    const isThere = await this.until(() => missing().length === 0, withinSeconds);
    if (!isThere) throw new Error(`Not woken within ${withinSeconds} s: ${missing().join(', ')}`);
    await this.until(async () => (await this.count('new', 'running')) === 0, withinSeconds);
  }

  /** Waits until something is so. Gives whether it came to that. */
  async until(isSo: () => boolean | Promise<boolean>, withinSeconds: number): Promise<boolean> {
    const deadline = Date.now() + withinSeconds * 1000;
    while (!(await isSo())) {
      if (Date.now() > deadline) return false;
      await pause(200, undefined, { signal: this.signal });
    }
    return true;
  }

  async pause(seconds: number): Promise<void> {
    await pause(seconds * 1000, undefined, { signal: this.signal });
  }
}
