import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { downloadFile, findFile, simplifyFile } from '../../api/files/files';
import { fileTimeoutOption } from '../../descriptions/common';
import { fileLocator } from '../../descriptions/locators/file';
import { requestLocator } from '../../descriptions/locators/request';
import { runItems } from '../../execution/runItems';
import { asText } from '../../guards';
import { readFileReference, readFileTimeout } from '../../input/inputFiles';
import { readRequestReference } from '../../input/references';
import { inputError } from '../../transport/processMakerError';
import type { Operation } from '../operation';
import { RequestFiles } from './requestFiles';

export const download: Operation = {
  value: 'download',
  name: 'Download',
  action: 'Download file',
  description: 'Download a file of a Request into a binary field',
  fields: [
    requestLocator,
    fileLocator,
    {
      displayName: 'Put Output File in Field',
      name: 'binaryPropertyName',
      type: 'string',
      default: 'data',
      required: true,
      placeholder: 'e.g. data',
      hint: 'The name of the output binary field to put the file in',
    },
    {
      displayName: 'Options',
      name: 'options',
      type: 'collection',
      placeholder: 'Add option',
      default: {},
      options: [fileTimeoutOption],
    },
  ],
  execute,
};

/** Downloads one file per item, into n8n's storage for binary data. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read: (context, itemIndex, connection) => ({
      request: readRequestReference(context, itemIndex, connection),
      file: readFileReference(context, itemIndex),
      field: readField(context, itemIndex),
      timeoutSeconds: readFileTimeout(context, itemIndex),
    }),
    begin: (connection, all) => {
      const lists = new RequestFiles(connection, all);
      return async ({ request, file: reference, field, timeoutSeconds }) => {
        const { requestId, files } = await lists.of(request);
        const file = findFile(files, reference, requestId);
        const binary = await downloadFile(connection, this, requestId, file, timeoutSeconds);
        return [{ json: simplifyFile(file, requestId), binary: { [field]: binary } }];
      };
    },
  });
}

function readField(context: IExecuteFunctions, itemIndex: number): string {
  const field = asText(context.getNodeParameter('binaryPropertyName', itemIndex)).trim();
  if (field !== '') return field;
  throw inputError("'Put Output File in Field' names no field", 'Enter a name, such as data.');
}
