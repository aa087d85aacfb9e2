import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { temporaryNode } from './editor';
import type { Engine } from './engine';
import type { Harness, StartOptions } from './harness';
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
  const workflow = createWorkflow(
    [
      { name: 'Start', type: 'test.start' },
      { name: 'Agent', type: 'test.agent', parameters: { tool: 'Tool', input } },
      { name: 'Tool', type: `${PROCESS_MAKER}Tool`, parameters },
    ],
    [['Start', 'Agent']],
  );
  workflow.connections.Tool = { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] };
  return await harness.run(workflow, { input: [{ chatInput: 'Order a laptop' }], ...options });
}

/** What the tool has told its agent. */
export const answerOf = (run: Run): string => JSON.stringify(run.tasks('Tool')[0]?.data?.ai_tool);

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
