import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import * as request from './request';

type Execute = (this: IExecuteFunctions) => Promise<INodeExecutionData[]>;

const resources: Record<string, Record<string, { execute: Execute }>> = {
  request: request.operations,
};

/** Runs the operation that the node is set to. */
export async function router(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const resource = this.getNodeParameter('resource', 0);
  const operation = this.getNodeParameter('operation', 0);
  const action = resources[resource]?.[operation];
  if (!action) {
    throw new NodeOperationError(this.getNode(), `There is no operation '${operation}' of '${resource}'`, {
      description: 'Choose a resource and an operation from the lists.',
      itemIndex: 0,
    });
  }
  return [await action.execute.call(this)];
}
