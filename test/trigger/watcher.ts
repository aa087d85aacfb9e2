import type { IDataObject, INodeExecutionData, INodeParameters, WorkflowActivateMode } from 'n8n-workflow';
import type { Engine } from '../support/engine';
import { Poller } from '../support/poller';
import { WATCHED_PROCESS, type History } from './history';
import type { Plan } from './plan';
import type { Road } from './road';
import type { SimulatedServer } from './server';
import type { Happening } from './timeline';

const MORE_THAN_THREE_PAGES = 300;

/** The workflow that watches, and what is known of its polls. */
export class Watcher {
  polls = 0;
  /** More events than three pages hold have come between two polls. */
  wasFlooded = false;
  /** Characters of the largest state that n8n had to keep. */
  largestState = 0;
  private visibleBefore = 0;
  private readonly poller: Poller;

  constructor(
    engine: Engine,
    private readonly server: SimulatedServer,
    private readonly history: History,
    private readonly road: Road,
    private readonly plan: Plan,
  ) {
    this.poller = new Poller(engine, this.parameters(false), {
      processMakerApi: { instanceUrl: server.url, accessToken: server.token },
    });
  }

  get executions(): INodeExecutionData[][] {
    return this.poller.executions;
  }

  get items(): IDataObject[] {
    return this.poller.items;
  }

  /** What has happened of the kinds that the trigger is to watch. */
  get wanted(): Happening[] {
    return this.history.happenings.filter(({ kind }) => this.plan.kinds.includes(kind));
  }

  /** @returns whether it has failed */
  async poll(): Promise<boolean> {
    const errors = this.poller.errors.length;
    this.begin();
    await this.poller.poll();
    this.end();
    return this.poller.errors.length > errors;
  }

  /** Switches the workflow on, which polls. */
  async activate(mode: WorkflowActivateMode, startFromNow: boolean): Promise<void> {
    this.poller.parameters = this.parameters(startFromNow);
    this.begin();
    await this.poller.activate(mode);
    this.end();
  }

  deactivate(): void {
    this.poller.deactivate();
  }

  private begin(): void {
    this.polls += 1;
    this.road.beginPoll();
    const visible = this.wanted.filter(({ visibleAt }) => visibleAt <= this.server.now).length;
    if (visible - this.visibleBefore > MORE_THAN_THREE_PAGES) this.wasFlooded = true;
    this.visibleBefore = visible;
  }

  private end(): void {
    this.largestState = Math.max(this.largestState, this.poller.saved.length);
  }

  private parameters(startFromNow: boolean): INodeParameters {
    return {
      triggerOn: this.plan.kinds,
      ...(this.plan.onlyOneProcess && { processes: [String(WATCHED_PROCESS)] }),
      options: { simplify: false, startFromNow },
    };
  }
}
