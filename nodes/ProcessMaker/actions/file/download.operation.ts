import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { fileTimeoutOption, readFileTimeout } from '../../descriptions/fileTimeout';
import { fileLocator } from '../../descriptions/locators/file';
import { requestLocator } from '../../descriptions/locators/request';
import { simplifyFile } from '../../api/files/apiFile';
import { downloadFile } from '../../api/files/download';
import { findFile, readFileReference } from '../../api/files/fileReference';
import { RequestFiles } from '../../api/files/requestFiles';
import { asText } from '../../guards';
import { readRequestReference, RequestIds } from '../../api/requests/requestReference';
import { runItems } from '../../execution/runItems';
import { inputFailure } from '../../transport/failure';
import type { Operation } from '../operation';

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
    read(context, itemIndex, connection) {
      const request = readRequestReference(context, itemIndex, connection);
      if (!request.ok) return request;
      const file = readFileReference(context, itemIndex);
      if (!file.ok) return file;
      const field = asText(context.getNodeParameter('binaryPropertyName', itemIndex)).trim();
      if (field === '') {
        return inputFailure("'Put Output File in Field' names no field", 'Enter a name, such as data.');
      }
      const timeout = readFileTimeout(context, itemIndex);
      if (!timeout.ok) return timeout;
      const timeoutSeconds = timeout.value;
      return { ok: true, value: { request: request.value, file: file.value, field, timeoutSeconds } };
    },
    begin: (connection, all) => {
      const ids = new RequestIds(
        connection,
        all.map(({ request }) => request),
      );
      const lists = new RequestFiles(connection);
      return async ({ request, file: reference, field, timeoutSeconds }) => {
        const requestId = await ids.idOf(request);
        if (!requestId.ok) return requestId;
        const files = await lists.of(requestId.value);
        if (!files.ok) return files;
        const file = findFile(files.value, reference, requestId.value);
        if (!file.ok) return file;
        const binary = await downloadFile(connection, this, requestId.value, file.value, timeoutSeconds);
        if (!binary.ok) return binary;
        const json = simplifyFile(file.value, requestId.value);
        return { ok: true, value: [{ json, binary: { [field]: binary.value } }] };
      };
    },
  });
}
