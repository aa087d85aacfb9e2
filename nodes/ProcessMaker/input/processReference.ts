import type { IExecuteFunctions } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import { inputFailure, type Result } from '../transport/failure';
import { readId, readLocator, type LocatorKind } from './locators';
import { PROCESS_URL_PATTERN } from '../actions/request/start/reference';

const PROCESS: LocatorKind = {
  parameter: 'Process',
  thing: 'process',
  urlPattern: PROCESS_URL_PATTERN,
  examplePath: '/process-browser/12',
};

/** A process as people name it. */
export type ProcessReference = { id: number } | { name: string };

/** The parameter 'Process' of an item. Nothing is sent. */
export function readProcessReference(
  context: IExecuteFunctions,
  itemIndex: number,
  connection: Connection,
): Result<ProcessReference> {
  return toProcessReference(context.getNodeParameter('process', itemIndex), connection);
}

/** The process that a locator gives by list, id, name or URL. Nothing is sent. */
export function toProcessReference(locator: unknown, { instanceUrl }: Connection): Result<ProcessReference> {
  const { mode, value } = readLocator(locator);
  if (mode === 'name') {
    return value === ''
      ? inputFailure("No process is given in 'Process'", 'Enter the exact name of the process.')
      : { ok: true, value: { name: value } };
  }
  const id = readId(locator, instanceUrl, PROCESS);
  return id.ok ? { ok: true, value: { id: id.value } } : id;
}
