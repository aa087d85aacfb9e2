import type { IExecuteFunctions } from 'n8n-workflow';

import type { FileReference } from '../api/files/files';
import { parseId } from '../guards';
import { FILE_TIMEOUT_SECONDS } from '../transport/files';
import { inputError } from '../transport/processMakerError';
import { readLocator } from './locators';

export const MAX_FILE_TIMEOUT_SECONDS = 3600;

/** The parameter 'File' of an item. Nothing is sent. */
export function readFileReference(context: IExecuteFunctions, itemIndex: number): FileReference {
  const { mode, value } = readLocator(context.getNodeParameter('file', itemIndex));
  if (value === '') {
    throw inputError("No file is given in 'File'", 'Choose one, or give its id or its variable.');
  }
  if (mode === 'variable') return { variable: value };
  const id = parseId(value);
  if (id !== undefined) return { id };
  throw inputError(
    `'File' holds "${value}", which is not the id of a file`,
    "An id is a whole number, such as the fileId that 'Get Many' gives. To name the variable, choose 'By Variable'.",
  );
}

/** How many seconds a file of the item may take. Nothing is sent. */
export function readFileTimeout(context: IExecuteFunctions, itemIndex: number): number {
  const seconds = Number(context.getNodeParameter('options.timeout', itemIndex, FILE_TIMEOUT_SECONDS));
  if (seconds >= 1 && seconds <= MAX_FILE_TIMEOUT_SECONDS) return seconds;
  throw inputError(
    `The option 'Timeout' is not a number from 1 to ${MAX_FILE_TIMEOUT_SECONDS}`,
    'Enter a number of seconds, e.g. 300.',
  );
}
