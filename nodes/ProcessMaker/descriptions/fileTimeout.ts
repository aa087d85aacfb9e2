import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import { FILE_TIMEOUT_SECONDS } from '../transport/files';

const MAX_SECONDS = 3600;

/** For the collection 'Options' of an operation that moves files. */
export const fileTimeoutOption: INodeProperties = {
  displayName: 'Timeout',
  name: 'timeout',
  type: 'number',
  typeOptions: { minValue: 1, maxValue: MAX_SECONDS },
  default: FILE_TIMEOUT_SECONDS,
  description: 'How many seconds each file may take',
};

/** How many seconds a file of the item may take. Nothing is sent. */
export function readFileTimeout(context: IExecuteFunctions, itemIndex: number): Result<number> {
  const seconds = Number(context.getNodeParameter('options.timeout', itemIndex, FILE_TIMEOUT_SECONDS));
  if (seconds >= 1 && seconds <= MAX_SECONDS) return { ok: true, value: seconds };
  return inputFailure(
    `The option 'Timeout' is not a number from 1 to ${MAX_SECONDS}`,
    'Enter a number of seconds, e.g. 300.',
  );
}
