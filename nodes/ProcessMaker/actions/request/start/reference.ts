import type { IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../../../transport/failure';
import { idFromUrl, readLocator, type LocatorKind } from '../../../input/locators';
import { AUTOMATIC, type StartReference } from './target';

/** Pages and API addresses that carry a process's id, e.g. `/process-browser/12`, `/modeler/12`. */
export const PROCESS_URL_PATTERN =
  'https?://.+/(?:process-browser|modeler|processes|process_events)/([0-9]+)(?:[/?#].*)?';

const PROCESS: LocatorKind = {
  parameter: 'Process',
  thing: 'process',
  urlPattern: PROCESS_URL_PATTERN,
  examplePath: '/process-browser/12',
};

/** Process and start event of an item, from its resource locators. Nothing is sent. */
export function readStartReference(
  context: IExecuteFunctions,
  instanceUrl: string,
  itemIndex: number,
): Result<StartReference> {
  const process = readLocator(context.getNodeParameter('process', itemIndex));
  const startEvent = readLocator(context.getNodeParameter('startEvent', itemIndex, AUTOMATIC));
  const isAutomatic = startEvent.mode === 'list' && ['', AUTOMATIC].includes(startEvent.value);
  if (!isAutomatic && startEvent.value === '') {
    return inputFailure(
      "No start event is given in 'Start Event'",
      "Enter the id of a start event, or choose 'From List' and 'Automatic'.",
    );
  }
  const startEventId = isAutomatic ? undefined : startEvent.value;
  if (process.mode === 'name') {
    return { ok: true, value: { process: { by: 'name', value: process.value }, startEventId } };
  }
  const id =
    process.mode === 'url'
      ? idFromUrl(process.value, instanceUrl, PROCESS)
      : { ok: true as const, value: process.value };
  return id.ok ? { ok: true, value: { process: { by: 'id', value: id.value }, startEventId } } : id;
}
