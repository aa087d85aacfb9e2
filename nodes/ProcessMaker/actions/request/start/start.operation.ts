import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { processLocator, startEventLocator } from '../../../descriptions/locators/process';
import { requestDataFields } from '../../../descriptions/requestData';
import { waitAfterwardsFields } from '../../../descriptions/waitFields';
import type { Hints } from '../../../execution/hints';
import type { Entry, ItemRun, PreparedOperation } from '../../../execution/itemOperation';
import type { DoneSummary } from '../../../execution/itemResults';
import { runItems } from '../../../execution/runItems';
import { isTool } from '../../../input/parameters';
import type { Connection } from '../../../transport/connection';
import type { ProcessMakerError } from '../../../transport/processMakerError';
import type { Operation } from '../../operation';
import { StartWait } from './afterStart';
import { readRunOptions, readStart, type Start } from './readStart';
import { forAgent, startedSummary, withOutcome } from './startErrors';
import { hiddenKeyNotice, startOptions } from './startOptions';
import { StartRun } from './startRun';

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
  return await runItems(this, new StartOperation(this));
}

class StartOperation implements PreparedOperation<Start> {
  readonly changes = true;

  readonly parallel: number;

  readonly retrySeconds: number;

  /** Only made where an item waits. */
  private wait: StartWait | undefined;

  /** The Requests of this run, to be named when it stops. */
  private readonly startedIds: number[] = [];

  constructor(private readonly context: IExecuteFunctions) {
    const { parallel, retrySeconds } = readRunOptions(context);
    this.parallel = parallel;
    this.retrySeconds = retrySeconds;
  }

  read(context: IExecuteFunctions, index: number, connection: Connection, hints: Hints): Start {
    const read = readStart(context, index, connection, hints);
    if (context.getNodeParameter('waitFor', index) !== 'nothing') {
      this.wait ??= new StartWait();
      this.wait.read(context, index, read.data);
    }
    const isSubWorkflow = context.getMode() === 'integrated';
    if (isSubWorkflow && read.options.idempotencyKey === undefined) hints.subWorkflowWithoutKey();
    return read;
  }

  async prepare(run: ItemRun, entries: Array<Entry<Start>>) {
    const started = new StartRun(run, this.startedIds, this.wait);
    return { open: await started.prepare(entries), work: started.work };
  }

  async afterwards(run: ItemRun): Promise<void> {
    await this.wait?.waitForAll(run);
  }

  complete(error: ProcessMakerError, item: Parameters<typeof withOutcome>[1]): ProcessMakerError {
    const complete = withOutcome(error, item);
    return isTool(this.context) ? forAgent(complete) : complete;
  }

  summarize(): DoneSummary {
    return startedSummary(this.startedIds);
  }
}
