import type { IExecuteFunctions } from 'n8n-workflow';

import { downloadFile, findFile, simplifyFile } from '../../api/files/files';
import { optionsOf } from '../../fields/common';
import { fileTimeoutOption, readFileReference, readFileTimeout } from '../../fields/inputFiles';
import { fileLocator, requestLocator } from '../../fields/locators';
import { readRequestReference } from '../../fields/references';
import { asText } from '../../guards';
import { inputError } from '../../transport/processMakerError';
import { operation } from '../operation';
import { filesReader } from './requestFiles';

export const download = operation({
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
    optionsOf(fileTimeoutOption),
  ],
  changes: false,
  read: (context, itemIndex, connection) => ({
    reference: readRequestReference(context, itemIndex, connection),
    wanted: readFileReference(context, itemIndex),
    field: readField(context, itemIndex),
    timeoutSeconds: readFileTimeout(context, itemIndex),
  }),
  begin(connection, all) {
    const context = connection.context as IExecuteFunctions;
    const filesOf = filesReader(connection, all);
    return async ({ reference, wanted, field, timeoutSeconds }) => {
      const { requestId, files } = await filesOf(reference);
      const file = findFile(files, wanted, requestId);
      const binary = await downloadFile(connection, context, requestId, file, timeoutSeconds);
      return [{ json: simplifyFile(file, requestId), binary: { [field]: binary } }];
    };
  },
});

function readField(context: IExecuteFunctions, itemIndex: number): string {
  const field = asText(context.getNodeParameter('binaryPropertyName', itemIndex)).trim();
  if (field !== '') return field;
  throw inputError("'Put Output File in Field' names no field", 'Enter a name, such as data.');
}
