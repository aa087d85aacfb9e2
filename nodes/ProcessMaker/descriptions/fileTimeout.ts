import type { INodeProperties } from 'n8n-workflow';

import { FILE_TIMEOUT_SECONDS } from '../transport/files';

/** For the collection 'Options' of an operation that moves files. */
export const fileTimeoutOption: INodeProperties = {
  displayName: 'Timeout',
  name: 'timeout',
  type: 'number',
  typeOptions: { minValue: 1, maxValue: 3600 },
  default: FILE_TIMEOUT_SECONDS,
  description: 'How many seconds each file may take',
};
