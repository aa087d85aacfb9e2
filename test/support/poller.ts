import './environment';
import { Container } from '@n8n/di';
import { PollContext, PollTriggerExecutor } from 'n8n-core';
import type {
  IDataObject,
  INode,
  INodeExecutionData,
  INodeParameters,
  IWorkflowExecuteAdditionalData,
  WorkflowActivateMode,
  WorkflowExecuteMode,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
import type { CredentialData } from './credentials';
import type { Engine } from './engine';
import { temporaryNode } from './editor';

export const PROCESS_MAKER_TRIGGER = 'n8n-nodes-processmaker.processMakerTrigger';

type ExecutePoll = (isActivation?: boolean) => Promise<void>;

const USUAL_BUDGET_MS = 300_000;
let lastId = 0;

/**
 * An active workflow that begins with the trigger, as n8n keeps one: the state of the trigger lives in memory, and is
 * written to n8n's database on activation and when a poll emits.
 */
export class Poller {
  /** What n8n's database holds. */
  saved = '{}';
  /** The items of each execution that a poll has begun. */
  executions: INodeExecutionData[][] = [];
  errors: Error[] = [];
  /** How long n8n lets a poll take; null for an n8n that does not say so. */
  budgetMs: number | null = USUAL_BUDGET_MS;
  activationBudgetMs = USUAL_BUDGET_MS;
  /**
   * As n8n's durable scheduler: each poll has a context of its own, and n8n keeps what it leaves beside the static data,
   * together with the execution, or when it gives nothing. What the poll of the activation leaves is kept with an
   * execution only.
   */
  isDurable = false;
  /** What is kept so. */
  private cursor: string | undefined;
  private workflowId = `polled-${++lastId}`;
  /** What happens before the workflow is switched on: what is of the second of the first poll is an event, too. */
  beforeActivation: () => void = () => undefined;
  private isActivating = false;
  private active: { executePoll: ExecutePoll; workflow: Workflow } | undefined;

  constructor(
    private readonly engine: Engine,
    public parameters: INodeParameters,
    public credentials: CredentialData,
  ) {}

  /** Switches the workflow on; `init` is what n8n does when it starts. Polls once. */
  async activate(activation: WorkflowActivateMode = 'activate'): Promise<void> {
    // A process that has just begun remembers nothing.
    if (activation === 'init') this.workflowId = `polled-${++lastId}`;
    if (this.isDurable) return await this.activateDurably(activation);
    const { workflow, node } = this.load();
    const context = new PollContext(
      workflow,
      node,
      this.additionalData(),
      'trigger',
      activation,
      ([items = []]) => {
        this.save(workflow);
        this.executions.push(items);
      },
      (error) => this.errors.push(error),
      ...([undefined, undefined, undefined] as const),
      () => (this.isActivating ? this.activationBudgetMs : (this.budgetMs ?? 0)),
    );
    if (this.budgetMs === null) Reflect.deleteProperty(context, 'getPollBudgetMs');
    const registration: { executePoll: ExecutePoll; workflow: Workflow } = {
      workflow,
      executePoll: createExecutor(workflow, node, context, () => this.active === registration),
    };
    this.beforeActivation();
    this.isActivating = true;
    await registration.executePoll(true).finally(() => (this.isActivating = false));
    this.save(workflow);
    this.active = registration;
  }

  /** What n8n's timer does. */
  async poll(): Promise<void> {
    await this.active?.executePoll();
  }

  /** Where a job of the scheduler is there already, as after a restart, nothing is polled. */
  private async activateDurably(activation: WorkflowActivateMode): Promise<void> {
    const { workflow } = this.load();
    this.beforeActivation();
    if (activation !== 'init') await this.pollDurably(activation, this.activationBudgetMs);
    const registration: { executePoll: ExecutePoll; workflow: Workflow } = {
      workflow,
      executePoll: async () => {
        const isCurrent = () => this.active === registration;
        await this.pollDurably('update', this.budgetMs ?? 0, isCurrent).catch((error: unknown) => {
          if (isCurrent()) this.errors.push(error as Error);
        });
      },
    };
    this.active = registration;
  }

  private async pollDurably(
    activation: WorkflowActivateMode,
    budgetMs: number,
    isCurrent?: () => boolean,
  ): Promise<void> {
    const { workflow, node } = this.load();
    const seed = (this.cursor ??= JSON.stringify(workflow.getStaticData('node', node)));
    const memory = JSON.parse(seed) as IDataObject;
    const context = new PollContext(
      workflow,
      node,
      this.additionalData(),
      'trigger',
      activation,
      ...([undefined, undefined, undefined, undefined] as const),
      () => memory,
      () => budgetMs,
    );
    const nodeType = this.engine.nodeTypes.getByName(node.type);
    const items = await nodeType.poll?.call(context);
    // n8n lets no poll write that another one has overtaken.
    if ((isCurrent && !isCurrent()) || this.cursor !== seed) return;
    if (items || isCurrent) this.cursor = JSON.stringify(memory);
    if (items) this.executions.push(items[0] ?? []);
  }

  /** Switches the workflow off, or ends n8n in an orderly way: what a poll is still at counts no more. */
  deactivate(): void {
    this.active = undefined;
  }

  /** The button that executes the trigger in the editor. */
  async test(): Promise<INodeExecutionData[] | undefined> {
    const { workflow, node } = this.load();
    const context = this.context(workflow, node, 'manual', 'manual');
    const nodeType = this.engine.nodeTypes.getByName(node.type);
    const items = await nodeType.poll?.call(context);
    this.save(workflow);
    return items?.[0];
  }

  /** What the active workflow has in memory. */
  get staticData(): IDataObject | undefined {
    return this.active?.workflow.staticData;
  }

  /** The JSON of all items so far. */
  get items(): IDataObject[] {
    return this.executions.flat().map(({ json }) => json);
  }

  private context(
    workflow: Workflow,
    node: INode,
    mode: WorkflowExecuteMode,
    activation: WorkflowActivateMode,
  ): PollContext {
    return new PollContext(workflow, node, this.additionalData(), mode, activation);
  }

  private additionalData(): IWorkflowExecuteAdditionalData {
    return this.engine.additionalData(this.credentials);
  }

  private load(): { workflow: Workflow; node: INode } {
    const workflow = new Workflow({
      id: this.workflowId,
      nodes: [temporaryNode(PROCESS_MAKER_TRIGGER, this.credentials, this.parameters)],
      connections: {},
      active: true,
      nodeTypes: this.engine.nodeTypes,
      staticData: JSON.parse(this.saved) as IDataObject,
    });
    const node = workflow.getNode('Temporary');
    if (!node) throw new Error('The workflow has lost its node.');
    return { workflow, node };
  }

  private save({ staticData }: Workflow): void {
    if (staticData.__dataChanged !== true) return;
    this.saved = JSON.stringify(staticData);
    staticData.__dataChanged = false;
  }
}

/** What n8n runs at each poll. An n8n without this class does what is written here. */
function createExecutor(
  workflow: Workflow,
  node: INode,
  context: PollContext,
  isCurrent: () => boolean,
): ExecutePoll {
  // `import` gives undefined for what an older n8n does not have.
  const Executor = PollTriggerExecutor as typeof PollTriggerExecutor | undefined;
  if (Executor) return Container.get(Executor).create(workflow, node, context, isCurrent);
  return async (isActivation = false) => {
    try {
      const items = await workflow.nodeTypes.getByNameAndVersion(node.type).poll?.call(context);
      if (items) context.__emit(items);
    } catch (error) {
      if (isActivation) throw error;
      context.__emitError(error as Error);
    }
  };
}
