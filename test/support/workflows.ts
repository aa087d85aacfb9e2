import type {
  IConnections,
  INode,
  INodeParameterResourceLocator,
  INodeParameters,
  IWorkflowBase,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { failedItem, type FailedItem } from './failed-item';
import type { Run } from './run';

/** A node of a test workflow; what is not given is what the editor would set. */
export type NodeInput = Pick<INode, 'name' | 'type'> & Partial<INode>;

/** From node, to node, from which output (the first unless told). */
export type Connection = [from: string, to: string, output?: number];

export const PROCESS_MAKER = 'n8n-nodes-processmaker.processMaker';

/** A workflow of the given nodes, the first of which is its start. */
export function createWorkflow(nodes: NodeInput[], connections: Connection[]): IWorkflowBase {
  return {
    id: 'workflow',
    name: 'Test workflow',
    active: false,
    isArchived: false,
    activeVersionId: null,
    createdAt: new Date(0),
    updatedAt: new Date(0),
    settings: { executionOrder: 'v1' },
    nodes: nodes.map((node, index) => ({
      id: `node-${index}`,
      typeVersion: 1,
      position: [index * 200, 0],
      parameters: {},
      ...node,
    })),
    connections: connect(connections),
  };
}

function connect(connections: Connection[]): IConnections {
  const result: IConnections = {};
  for (const [from, to, output = 0] of connections) {
    const main = ((result[from] ??= { main: [] }).main ??= []);
    while (main.length <= output) main.push([]);
    main[output]?.push({ node: to, type: NodeConnectionTypes.Main, index: 0 });
  }
  return result;
}

/** The usual workflow: items come in, and the node starts a Request for each. */
export function startWorkflow(
  parameters: INodeParameters = {},
  settings: Partial<INode> = {},
): IWorkflowBase {
  return createWorkflow(
    [
      { name: 'Start', type: 'test.start' },
      { name: 'ProcessMaker', type: PROCESS_MAKER, parameters, ...settings },
    ],
    [['Start', 'ProcessMaker']],
  );
}

/** A workflow that runs the node once for each item, as Loop Over Items does. */
export function loopWorkflow(parameters: INodeParameters, settings: Partial<INode> = {}): IWorkflowBase {
  return loopOver({ name: 'ProcessMaker', type: PROCESS_MAKER, parameters, ...settings });
}

/** A workflow that calls another one with one item after the other: Loop Over Items, then Execute Workflow. */
export function callingWorkflow(called: IWorkflowBase): IWorkflowBase {
  return loopOver({ name: 'Call', type: 'test.subWorkflow', parameters: { workflow: called as never } });
}

function loopOver(node: NodeInput): IWorkflowBase {
  return createWorkflow(
    [{ name: 'Start', type: 'test.start' }, { name: 'Loop', type: 'test.loop' }, node],
    [
      ['Start', 'Loop'],
      ['Loop', node.name, 1],
      [node.name, 'Loop'],
      [node.name, 'Loop', 1],
    ],
  );
}

/** Parameters of a start whose Idempotency Key is the item's number, with a text of the test before it. */
export function keyedStart(prefix: string, options: INodeParameters): INodeParameters {
  const idempotencyKey = `={{ "${prefix}-" + $json.number }}`;
  return {
    process: locator('id', 2),
    startEvent: locator('id', 'node_1'),
    options: { idempotencyKey, requestsInParallel: 1, recoveryWindow: 0, ...options },
  };
}

/** The value of a resource locator in one of its modes. */
export function locator(mode: string, value: string | number): INodeParameterResourceLocator {
  return { __rl: true, mode, value: String(value) };
}

/** Changes parameters of the node before the Retry button is used. */
export function editNode({ workflow, data }: Run, parameters: INodeParameters): void {
  const stacked = data.executionData?.nodeExecutionStack.map(({ node }) => node) ?? [];
  for (const node of [...workflow.nodes, ...stacked]) {
    if (node.name === 'ProcessMaker') node.parameters = { ...node.parameters, ...parameters };
  }
}

/** The failed items at the error output of the node, of its last run unless told. */
export function failedItems(run: Run, runIndex?: number): FailedItem[] {
  return run.items('ProcessMaker', 1, runIndex).map(failedItem);
}

/** The setting that gives failed items an output of their own. */
export const ERROR_OUTPUT = { onError: 'continueErrorOutput' } as const;
