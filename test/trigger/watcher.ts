import type { IDataObject, INodeExecutionData, INodeParameters, WorkflowActivateMode } from 'n8n-workflow';
import type { Engine } from '../support/engine';
import { Poller } from '../support/poller';
import { WATCHED_PROCESS, type History } from './history';
import type { Plan } from './plan';
import type { FaultInjector } from './fault-injector';
import type { SimulatedServer } from './server';
import type { ExpectedEvent } from './timeline';
import type { Emission } from './verdict';

const MORE_THAN_THREE_PAGES = 300;
/** A poll that n8n gives no more has n8n's durable scheduler. */
const MOST_DURABLE_SECONDS = 60;

/** The workflow that watches, and what is known of its polls. */
export class Watcher {
  polls = 0;
  /** Whether a poll has come to its end since the workflow was switched on. */
  hasPolled = false;
  /** More events than three pages hold have come between two polls. */
  wasFlooded = false;
  /** Polls that began while a script was tried again, by ProcessMaker or by hand. */
  readonly whileTriedAgain = { byItself: 0, byHand: 0 };
  /** Characters of the largest state that n8n had to keep. */
  largestState = 0;
  /** By execution: when the poll began that has begun it. */
  private readonly begins: number[] = [];
  private visibleBefore = 0;
  private readonly poller: Poller;

  constructor(
    engine: Engine,
    private readonly server: SimulatedServer,
    private readonly history: History,
    private readonly faultInjector: FaultInjector,
    private readonly plan: Plan,
  ) {
    this.poller = new Poller(engine, this.parameters(false), {
      processMakerApi: { instanceUrl: server.url, accessToken: server.token },
    });
    this.poller.budgetMs = plan.budgetSeconds === null ? null : plan.budgetSeconds * 1000;
    this.poller.isDurable = plan.budgetSeconds !== null && plan.budgetSeconds <= MOST_DURABLE_SECONDS;
  }

  get isDurable(): boolean {
    return this.poller.isDurable;
  }

  get executions(): INodeExecutionData[][] {
    return this.poller.executions;
  }

  /** The items of each execution, and when the poll began that found it. */
  get emissions(): Emission[] {
    return this.executions.map((items, index) => ({ items, begunAt: this.begins[index] ?? 0 }));
  }

  get items(): IDataObject[] {
    return this.poller.items;
  }

  /** What has happened of the types that the trigger is to watch. */
  get wanted(): ExpectedEvent[] {
    return this.history.expectedEvents.filter(({ eventType }) => this.plan.eventTypes.includes(eventType));
  }

  /** @returns whether it has failed */
  async poll(): Promise<boolean> {
    const errors = this.poller.errors.length;
    const begunAt = this.begin();
    await this.poller.poll();
    this.end(begunAt);
    const hasFailed = this.poller.errors.length > errors;
    this.hasPolled ||= !hasFailed;
    return hasFailed;
  }

  /** Switches the workflow on, which polls. */
  async activate(mode: WorkflowActivateMode, startFromNow: boolean): Promise<void> {
    this.poller.parameters = this.parameters(startFromNow);
    const begunAt = this.begin();
    this.hasPolled = mode === 'init';
    await this.poller.activate(mode);
    this.end(begunAt);
  }

  deactivate(): void {
    this.poller.deactivate();
  }

  private begin(): number {
    this.polls += 1;
    const { ownJumps } = this.plan;
    this.server.ownOff = (ownJumps[this.polls % ownJumps.length] ?? 0) * 1000;
    this.faultInjector.beginPoll();
    const scripts = this.plan.eventTypes.includes('requestErrored') ? this.history.scriptsTriedAgain : [];
    if (scripts.some(({ isByHand }) => !isByHand)) this.whileTriedAgain.byItself += 1;
    if (scripts.some(({ isByHand }) => isByHand)) this.whileTriedAgain.byHand += 1;
    const visible = this.wanted.filter(({ visibleAt }) => visibleAt <= this.server.now).length;
    if (visible - this.visibleBefore > MORE_THAN_THREE_PAGES) this.wasFlooded = true;
    this.visibleBefore = visible;
    return this.server.now;
  }

  private end(begunAt: number): void {
    // Of polls that overlap, the first to end has begun what there is by then.
    while (this.begins.length < this.executions.length) this.begins.push(begunAt);
    this.largestState = Math.max(this.largestState, this.poller.saved.length);
  }

  private parameters(startFromNow: boolean): INodeParameters {
    return {
      triggerOn: this.plan.eventTypes,
      ...(this.plan.onlyOneProcess && { processes: [String(WATCHED_PROCESS)] }),
      options: { simplify: false, startFromNow },
    };
  }
}
