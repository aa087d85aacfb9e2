import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import { resources } from './resources';

const executes = new Map(
  resources.flatMap(({ value, operations }) =>
    operations.map((operation) => [`${value} ${operation.value}`, operation.execute] as const),
  ),
);

/** Runs the operation that the node is set to. */
export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const resource = this.getNodeParameter('resource', 0);
  const operation = this.getNodeParameter('operation', 0);
  const execute = executes.get(`${resource} ${operation}`);
  if (!execute) {
    throw new NodeOperationError(this.getNode(), `There is no operation '${operation}' of '${resource}'`, {
      description: 'Choose a resource and an operation from the lists.',
      itemIndex: 0,
    });
  }
  return [await execute.call(this)];
}
