import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { fileTimeoutOption, readFileTimeout } from '../../../descriptions/fileTimeout';
import { inputFilesField, writeFileIdOption } from '../../../descriptions/inputFiles';
import { requestLocator } from '../../../descriptions/locators/request';
import { FileClaims } from './fileClaims';
import { checkVariables, FileVariables } from './fileVariables';
import { readInputFiles } from '../../../input/inputFiles';
import { MemoryRoom } from './memoryRoom';
import type { UploadSettings } from './uploadFile';
import { describeOutcomes, uploadFiles } from './uploads';
import { readRequestReference, RequestIds } from '../../../api/requests/requestReference';
import { runItems } from '../../../execution/runItems';
import { inputFailure } from '../../../transport/failure';
import type { Operation } from '../../operation';

export const upload: Operation = {
  value: 'upload',
  name: 'Upload',
  action: 'Upload file',
  description: 'Upload binary fields of the item as files of a Request',
  fields: [
    requestLocator,
    { ...inputFilesField, required: true, default: { file: [{ field: 'data', variable: '' }] } },
    {
      displayName: 'Options',
      name: 'options',
      type: 'collection',
      placeholder: 'Add option',
      default: {},
      options: [fileTimeoutOption, writeFileIdOption],
    },
  ],
  execute,
};

/** Uploads the files of each item, and gives one item per file. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: true,
    read(context, itemIndex, connection) {
      const request = readRequestReference(context, itemIndex, connection);
      if (!request.ok) return request;
      const files = readInputFiles(context, itemIndex, 'files.file');
      if (!files.ok) return files;
      if (files.value.length === 0) {
        return inputFailure("No file is given in 'Input Binary Fields'", 'Add a file.');
      }
      const options = context.getNodeParameter('options', itemIndex, {});
      const writeIds = options.writeFileId === true;
      const writable = writeIds ? checkVariables(files.value) : files;
      if (!writable.ok) return writable;
      const timeout = readFileTimeout(context, itemIndex);
      if (!timeout.ok) return timeout;
      return {
        ok: true,
        value: {
          itemIndex,
          request: request.value,
          files: files.value,
          writeIds,
          timeoutSeconds: timeout.value,
        },
      };
    },
    begin(connection, all) {
      const ids = new RequestIds(
        connection,
        all.map(({ request }) => request),
      );
      const claims = new FileClaims(ids, all);
      const variables = new FileVariables(connection);
      const room = new MemoryRoom();
      return async (wanted, { mayBeDone, isDone }) => {
        const requestId = await ids.idOf(wanted.request);
        if (!requestId.ok) return requestId;
        const claimed = await claims.check(requestId.value, wanted);
        if (!claimed.ok) return claimed;
        const settings: UploadSettings = {
          room,
          timeoutSeconds: wanted.timeoutSeconds,
          ...(mayBeDone && { lookFor: isDone ? 'variable' : 'file' }),
        };
        const { uploaded, outcomes, failure } = await uploadFiles(
          connection,
          requestId.value,
          wanted.files,
          settings,
        );
        // The ids of those that are there are written also when another one is not.
        const written =
          wanted.writeIds && uploaded.length > 0 && !isDone
            ? await variables.write(requestId.value, uploaded)
            : undefined;
        const refused = failure ?? (written?.ok === false ? written.failure : undefined);
        if (!refused) return { ok: true, value: uploaded.map((file) => ({ json: { ...file } })) };
        const isPartlyDone = uploaded.length > 0 && refused.delivery === 'notProcessed';
        return {
          ok: false,
          failure: {
            ...refused,
            description: [describeOutcomes(outcomes), refused.description].join(' ').trim(),
            requestId: requestId.value,
            files: outcomes,
            ...(isPartlyDone && { outcome: 'partlyDone' as const }),
          },
        };
      };
    },
  });
}
