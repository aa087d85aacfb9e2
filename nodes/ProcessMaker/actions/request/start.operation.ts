import {
  NodeOperationError,
  updateDisplayOptions,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeProperties,
} from 'n8n-workflow';

import { processLocator, startEventLocator } from '../../descriptions/locators';
import { requestDataFields } from '../../descriptions/requestData';
import { startOptions } from '../../descriptions/startOptions';
import { StartRun } from '../../helpers/startRun';
import { connect } from '../../transport/request';

const MAX_PARALLEL = 50;

export const description: INodeProperties[] = updateDisplayOptions(
  { show: { resource: ['request'], operation: ['start'] } },
  [processLocator, startEventLocator, ...requestDataFields, startOptions],
);

/** Starts one Request per item and returns one item each, in the order of the input. */
export async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  const parallel = Number(this.getNodeParameter('options.requestsInParallel', 0, 5));
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > MAX_PARALLEL) {
    throw new NodeOperationError(
      this.getNode(),
      `The option 'Requests in Parallel' is not a whole number from 1 to ${MAX_PARALLEL}`,
      { itemIndex: 0 },
    );
  }
  const run = new StartRun(this, await connect(this));
  run.readItems();
  await run.findTargets();
  await run.recallEarlierTry();
  await run.start(parallel);
  return run.finish();
}
