import type { INodeProperties } from 'n8n-workflow';

import { MAX_FILE_TIMEOUT_SECONDS } from '../input/fileParameters';
import { FILE_TIMEOUT_SECONDS } from '../transport/files';

/** The binary fields of an item that become files of a Request. Rows are read by `input/inputFiles`. */
export const inputFilesField = {
  displayName: 'Input Binary Fields',
  name: 'files',
  type: 'fixedCollection',
  typeOptions: { multipleValues: true },
  placeholder: 'Add File',
  default: {},
  description:
    'The binary fields of the item to upload, each with the variable of the Request that it belongs to',
  options: [
    {
      displayName: 'File',
      name: 'file',
      values: [
        {
          displayName: 'Input Binary Field',
          name: 'field',
          type: 'string',
          default: 'data',
          required: true,
          placeholder: 'e.g. data',
          hint: 'The name of the input binary field containing the file to be uploaded',
        },
        {
          displayName: 'Variable',
          name: 'variable',
          type: 'string',
          default: '',
          placeholder: 'e.g. contract',
          description:
            "The variable name of the file in ProcessMaker, such as that of a file upload in a form. A file that the Request has under the same variable is replaced. Without one, ProcessMaker takes the file's name.",
        },
      ],
    },
  ],
} satisfies INodeProperties;

/** For a collection of options. */
export const writeFileIdOption: INodeProperties = {
  displayName: 'Write File ID to Variable',
  name: 'writeFileId',
  type: 'boolean',
  default: false,
  description:
    "Whether to write the ID of each file into its variable in the Request's data, so that forms show the file. The user of the access token needs the permission to edit task data, or to edit request data, for it. When somebody else changes the data at the same moment, one of the two changes may be lost.",
};

/** For the collection 'Options' of an operation that moves files. */
export const fileTimeoutOption: INodeProperties = {
  displayName: 'Timeout',
  name: 'timeout',
  type: 'number',
  typeOptions: { minValue: 1, maxValue: MAX_FILE_TIMEOUT_SECONDS },
  default: FILE_TIMEOUT_SECONDS,
  description: 'How many seconds each file may take',
};
