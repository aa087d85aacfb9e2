import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import type { PreparedOperation } from '../../../execution/itemOperation';
import { runItems } from '../../../execution/runItems';
import { IN_NODE, IN_TOOL } from '../../../fields/common';
import { processLocator, startEventLocator } from '../../../fields/locators';
import { isTool } from '../../../fields/parameters';
import { requestDataFields } from '../../../fields/requestData';
import { waitAfterwardsFields } from '../../../fields/waitFields';
import { StartWait } from '../../../starting/afterStart';
import { readParallel, readStart, type Start } from '../../../starting/readStart';
import { forCaller, startedSummary, withOutcome } from '../../../starting/startErrors';
import { hintAtStarts, StartRun } from '../../../starting/startRun';
import { startOptions } from './startOptions';

/** A model knows the name of a process rather than its id, so that a tool begins with 'By Name'. */
const processLocators: INodeProperties[] = [
  { ...processLocator, displayOptions: IN_NODE },
  { ...processLocator, default: { mode: 'name', value: '' }, displayOptions: IN_TOOL },
];

export const start = {
  value: 'start',
  name: 'Start',
  action: 'Start request',
  description: 'Start a Request of a process, one for each item',
  fields: [
    ...processLocators,
    startEventLocator,
    ...requestDataFields,
    ...waitAfterwardsFields,
    startOptions,
  ],
  execute,
};

const MAY_REPEAT =
  "This is a sub-workflow: if n8n repeats the workflow that calls it, this node starts its Requests again. The option 'Idempotency Key' prevents that.";

async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, startOperation(this));
}

function startOperation(context: IExecuteFunctions): PreparedOperation<Start> {
  /** The Requests of this run, to be named when it stops. */
  const startedIds: number[] = [];
  /** Only made where an item waits. */
  let wait: StartWait | undefined;
  let startRun: StartRun | undefined;
  const parallel = readParallel(context);
  return {
    changes: true,
    parallel,
    // Each item has its own.
    retrySeconds: 0,
    read(_context, index, connection, hints) {
      const read = readStart(context, index, connection, hints);
      if (context.getNodeParameter('waitFor', index) !== 'nothing') {
        wait ??= new StartWait();
        wait.read(context, index, read.data);
      }
      const isSubWorkflow = context.getMode() === 'integrated';
      if (isSubWorkflow && read.options.idempotencyKey === undefined) hints.sentences.add(MAY_REPEAT);
      return read;
    },
    async prepare(run, entries) {
      startRun = new StartRun(run, startedIds, wait);
      return { open: await startRun.prepare(entries), work: startRun.work };
    },
    async afterwards(run) {
      hintAtStarts(run, parallel);
      await startRun?.duplicates?.lookAgain();
      await wait?.waitForAll(run);
    },
    complete(error, item) {
      const complete = withOutcome(error, item);
      return isTool(context) ? forCaller(complete, item.record?.startedIds() ?? []) : complete;
    },
    summarize: () => startedSummary(startedIds),
  };
}
