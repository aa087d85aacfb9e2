import type { IExecuteFunctions } from 'n8n-workflow';

/** Whether an AI agent has called the node: n8n names a node's variant for agents by it. */
export function isTool(context: IExecuteFunctions): boolean {
  return context.getNode().type.endsWith('Tool');
}
