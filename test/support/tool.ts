import { SupplyDataContext, WebhookContext } from 'n8n-core';
import type {
  IDataObject,
  INode,
  INodeExecutionData,
  INodeParameters,
  INodeProperties,
  IWebhookData,
  IWorkflowBase,
} from 'n8n-workflow';
import { createRunExecutionData, NodeConnectionTypes, NodeHelpers } from 'n8n-workflow';
import './environment';
import type { CredentialData } from './credentials';
import { temporaryNode } from './editor';
import type { Engine } from './engine';
import type { Harness, StartOptions } from './harness';
import { callInline, type InlineAnswer, type InlineCall } from './inline-agent';
import type { Run } from './run';
import { createWorkflow, PROCESS_MAKER } from './workflows';

/** The types that n8n makes of the node for AI agents: a tool, and one that asks a person before. */
export const TOOL_TYPES = ['processMakerTool', 'processMakerHitlTool'];

/** An agent that calls the node's tool variant once. */
export async function callTool(
  harness: Harness,
  parameters: INodeParameters,
  input: INodeParameters = { query: 'a laptop' },
  options: StartOptions = {},
): Promise<Run> {
  return await callToolInTurns(harness, parameters, [[input]], options);
}

/** An agent that calls it with the arguments of each call, one turn after the other; n8n's engine runs the tool. */
export async function callToolInTurns(
  harness: Harness,
  parameters: INodeParameters,
  turns: IDataObject[][],
  { settings = {}, ...options }: StartOptions = {},
): Promise<Run> {
  const workflow = createWorkflow(
    [
      { name: 'Start', type: 'test.start' },
      { name: 'Agent', type: 'test.agent', parameters: { tool: 'Tool', turns: turns as never } },
      { name: 'Tool', type: `${PROCESS_MAKER}Tool`, parameters, ...settings },
    ],
    [['Start', 'Agent']],
  );
  workflow.connections.Tool = { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] };
  return await harness.run(workflow, { input: [{ chatInput: 'Order a laptop' }], ...options });
}

/** A workflow in which an agent calls its tool by itself: the calls of one turn after the other. */
function inlineWorkflow(parameters: INodeParameters, turns: InlineCall[][], settings: Partial<INode>) {
  const workflow = createWorkflow(
    [
      { name: 'Start', type: 'test.start' },
      { name: 'Agent', type: 'test.inlineAgent', parameters: { turns: turns as never } },
      { name: 'Tool', type: `${PROCESS_MAKER}Tool`, parameters, ...settings },
    ],
    [['Start', 'Agent']],
  );
  workflow.connections.Tool = { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] };
  return workflow;
}

/** An agent that calls the node's tool variant by itself, and what each call has told it. */
export async function callToolInline(
  harness: Harness,
  parameters: INodeParameters,
  turns: InlineCall[][],
  { settings = {}, ...options }: StartOptions = {},
): Promise<{ run: Run; answers: InlineAnswer[] }> {
  const workflow = inlineWorkflow(parameters, turns, settings);
  const run = await harness.run(workflow, { input: [{ chatInput: 'Order a laptop' }], ...options });
  return { run, answers: (run.items('Agent')[0]?.answers ?? []) as unknown as InlineAnswer[] };
}

/** The same for a caller that is a webhook, as the MCP Server Trigger is: n8n runs no workflow for it, and gives no context. */
export async function callToolOfWebhook(
  harness: Harness,
  parameters: INodeParameters,
  turns: InlineCall[][],
  { settings = {} }: StartOptions = {},
): Promise<InlineAnswer[]> {
  const workflow = inlineWorkflow(parameters, turns, settings);
  return await callToolsOfWebhook(harness.engine, workflow, harness.credentials(), turns);
}

/** Calls the tools of a workflow's node "Agent" as a webhook does. */
export async function callToolsOfWebhook(
  engine: Engine,
  workflow: IWorkflowBase,
  credentials: CredentialData,
  turns: InlineCall[][],
): Promise<InlineAnswer[]> {
  const instance = engine.instantiate(workflow, credentials);
  const node = instance.getNode('Agent');
  if (!node) throw new Error('The workflow has no agent.');
  const data = engine.additionalData(credentials);
  return await callInline(
    new WebhookContext(instance, node, data, 'webhook', {} as IWebhookData, [], null),
    turns,
  );
}

/** The same in queue mode, where a worker of n8n gives the node one call of the MCP Server Trigger. */
export async function callToolOnWorker(
  harness: Harness,
  parameters: INodeParameters,
  args: IDataObject,
): Promise<InlineAnswer> {
  const { engine } = harness;
  const credentials = harness.credentials();
  const workflow = engine.instantiate(inlineWorkflow(parameters, [], {}), credentials);
  const node = workflow.getNode('Tool');
  if (!node) throw new Error('The workflow has no tool.');
  const items = [{ json: {} }];
  const context = new SupplyDataContext(
    workflow,
    node,
    engine.additionalData(credentials, '1'),
    'webhook',
    createRunExecutionData({}),
    0,
    items,
    { main: [items] },
    NodeConnectionTypes.AiTool,
    { node, data: { main: [items] }, source: null },
    [],
  );
  context.addInputData(NodeConnectionTypes.AiTool, [[{ json: args }]]);
  try {
    const output = await engine.nodeTypes.getByName(node.type).execute?.call(context as never);
    return { output: (output as INodeExecutionData[][])[0]?.map(({ json }) => json) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** What each call of the tool has told its agent. */
export const answersOf = (run: Run): string[] =>
  run.tasks('Tool').map(({ data }) => JSON.stringify(data?.ai_tool));

/** What the first one has told it. */
export const answerOf = (run: Run): string => answersOf(run)[0] ?? '';

/** The parameters that the panel of a node type shows, and those of one of its collections. */
export function shownParameters(
  engine: Engine,
  nodeType: string,
  given: INodeParameters,
  collection?: string,
): INodeProperties[] {
  const { description } = engine.nodeTypes.getByName(PROCESS_MAKER);
  const type = { ...description, name: nodeType };
  const node = temporaryNode(nodeType, {}, given);
  const values = NodeHelpers.getNodeParameters(type.properties, given, true, false, node, type) ?? {};
  const top = type.properties.filter((one) => NodeHelpers.displayParameter(values, one, node, type));
  if (collection === undefined) return top;
  const { options = [] } = top.find(({ name }) => name === collection) ?? {};
  const inside = (values[collection] ?? {}) as INodeParameters;
  return (options as INodeProperties[]).filter((one) =>
    NodeHelpers.displayParameter(inside, one, node, type, values),
  );
}
