import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { processLocator, startEventLocator } from '../../../descriptions/locators/process';
import { requestDataFields } from '../../../descriptions/requestData';
import { waitAfterwardsFields } from '../../../descriptions/waitFields';
import { runItems } from '../../../execution/runItems';
import type { Operation } from '../../operation';
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
  return await runItems(this, new StartRun(this));
}
