import type { IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../../transport/failure';
import { normalizeInstanceUrl } from '../../transport/instanceUrl';
import { asText, isObject } from '../guards';
import { AUTOMATIC, type StartReference } from './target';

/** Pages and API addresses that carry a process's id, e.g. `/process-browser/12`, `/modeler/12`. */
export const PROCESS_URL_PATTERN =
  'https?://.+/(?:process-browser|modeler|processes|process_events)/([0-9]+)(?:[/?#].*)?';

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
      ? idFromUrl(process.value, instanceUrl)
      : { ok: true as const, value: process.value };
  return id.ok ? { ok: true, value: { process: { by: 'id', value: id.value }, startEventId } } : id;
}

/** A resource locator's value; an expression, or an AI agent, may give the bare value of a list entry. */
function readLocator(locator: unknown): { mode: string; value: string } {
  const { mode, value } = isObject(locator) ? locator : { mode: 'list', value: locator };
  return { mode: asText(mode), value: asText(value).trim() };
}

function idFromUrl(url: string, instanceUrl: string): Result<string> {
  const id = new RegExp(`^${PROCESS_URL_PATTERN}$`).exec(url)?.[1];
  if (id === undefined) {
    return inputFailure(
      `'Process' holds "${url}", which is not the address of a process`,
      `Paste the address of the process's page, e.g. ${instanceUrl}/process-browser/12`,
    );
  }
  const urlInstance = normalizeInstanceUrl(url);
  if (urlInstance === instanceUrl) return { ok: true, value: id };
  // Process 12 of another instance is another process.
  return inputFailure(
    `'Process' points to ${urlInstance}, but the credential to ${instanceUrl}`,
    "Paste an address of the same instance, choose the credential of the other one, or give the process 'By Name'.",
  );
}
