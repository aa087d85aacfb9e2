import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';

import { processLocator, startEventLocator } from '../../../descriptions/locators/process';
import { requestDataFields } from '../../../descriptions/requestData';
import { hiddenKeyNotice, startOptions } from '../../../descriptions/startOptions';
import { waitAfterwardsFields } from '../../../descriptions/waitFields';
import { hidingResumeUrl } from '../../../callback/callRound';
import { toErrorItem, type ItemFailure } from '../../../execution/failedItem';
import { DEFAULT_WINDOW_SECONDS } from './options';
import { StartMemory } from '../../../execution/attemptRecord';
import { afterEarlierTry } from './recallFailures';
import { StartRun } from './run';
import { connect, type Connection } from '../../../transport/connection';
import { inputFailure } from '../../../transport/failure';
import type { Operation } from '../../operation';

const DEFAULT_PARALLEL = 5;
const MAX_PARALLEL = 50;

export const start: Operation = {
  value: 'start',
  name: 'Start',
  action: 'Start request',
  description: 'Start a Request of a process, one for each item',
  fields: [
    processLocator,
    startEventLocator,
    ...requestDataFields,
    ...waitAfterwardsFields,
    hiddenKeyNotice,
    startOptions,
  ],
  execute,
};

/** Starts one Request per item and returns one item each, in the order of the input. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  const memory = new StartMemory(this);
  let connection: Connection;
  let parallel: number;
  try {
    parallel = readParallel(this);
    const patience = Number(this.getNodeParameter('options.recoveryWindow', 0, DEFAULT_WINDOW_SECONDS));
    connection = hidingResumeUrl(this, await connect(this, patience));
  } catch (error) {
    if (!this.continueOnFail()) {
      throw new NodeOperationError(this.getNode(), error as Error, { itemIndex: 0 });
    }
    // n8n would take items of which a thrown exception stays silent for successful ones.
    return this.getInputData().map((_item, index) => toErrorItem(setUpFailure(memory, index, error), index));
  }
  const run = new StartRun(this, connection, memory);
  run.readItems();
  await run.findTargets();
  await run.recallEarlierStarts();
  await run.start(parallel);
  await run.waitForStarted();
  return run.finish();
}

/** @throws NodeOperationError when the option is out of bounds */
function readParallel(context: IExecuteFunctions): number {
  const parallel = Number(context.getNodeParameter('options.requestsInParallel', 0, DEFAULT_PARALLEL));
  if (Number.isInteger(parallel) && parallel >= 1 && parallel <= MAX_PARALLEL) return parallel;
  throw new NodeOperationError(
    context.getNode(),
    `The option 'Requests in Parallel' is not a whole number from 1 to ${MAX_PARALLEL}`,
    { itemIndex: 0 },
  );
}

function setUpFailure(memory: StartMemory, index: number, error: unknown): ItemFailure {
  const message = error instanceof Error ? error.message : String(error);
  const { failure } = inputFailure(message, 'Check the credential and the options of the node.');
  return afterEarlierTry(memory, index, failure);
}
