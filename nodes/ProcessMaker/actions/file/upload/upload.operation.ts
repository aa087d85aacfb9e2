import type { IExecuteFunctions } from 'n8n-workflow';

import type { RequestReference } from '../../../api/requests/requests';
import type { Attempt } from '../../../execution/change';
import { MemoryLimit } from '../../../execution/concurrency';
import { RequestIds } from '../../../execution/readers';
import { describeOutcomes, FileVariables, uploadFiles } from '../../../execution/uploads';
import { optionsOf } from '../../../fields/common';
import {
  checkVariables,
  fileTimeoutOption,
  type InputFile,
  inputFilesField,
  readFileTimeout,
  readInputFiles,
  writeFileIdOption,
} from '../../../fields/inputFiles';
import { requestLocator } from '../../../fields/locators';
import { readRequestReference } from '../../../fields/references';
import type { Connection } from '../../../transport/connection';
import { inputError, ProcessMakerError, rethrown } from '../../../transport/processMakerError';
import { operation } from '../../operation';

export const upload = operation({
  value: 'upload',
  name: 'Upload',
  action: 'Upload file',
  description: 'Upload binary fields of the item as files of a Request',
  fields: [
    requestLocator,
    { ...inputFilesField, required: true, default: { file: [{ field: 'data', variable: '' }] } },
    optionsOf(fileTimeoutOption, writeFileIdOption),
  ],
  changes: true,
  read: readUpload,
  begin: uploader,
});

interface Upload {
  itemIndex: number;
  reference: RequestReference;
  files: InputFile[];
  writeIds: boolean;
  timeoutSeconds: number;
}

function readUpload(context: IExecuteFunctions, itemIndex: number, connection: Connection): Upload {
  const reference = readRequestReference(context, itemIndex, connection);
  const files = readInputFiles(context, itemIndex, 'files.file');
  if (files.length === 0) throw inputError("No file is given in 'Input Binary Fields'", 'Add a file.');
  const writeIds = context.getNodeParameter('options', itemIndex, {}).writeFileId === true;
  if (writeIds) checkVariables(files);
  return { itemIndex, reference, files, writeIds, timeoutSeconds: readFileTimeout(context, itemIndex) };
}

function uploader(connection: Connection, all: Upload[]) {
  const ids = new RequestIds(connection, all);
  let owners: Promise<Map<string, number>> | undefined;
  const variables = new FileVariables(connection);
  const memory = new MemoryLimit();
  return async (upload: Upload, { mayBeDone, isDone }: Attempt) => {
    const requestId = await ids.idOf(upload.reference);
    owners ??= findOwners(ids, all);
    checkOwner(await owners, requestId, upload);
    const { uploaded, outcomes, error } = await uploadFiles(connection, requestId, upload.files, {
      memory,
      timeoutSeconds: upload.timeoutSeconds,
      ...(mayBeDone && { lookFor: isDone ? 'variable' : 'file' }),
      ...(upload.writeIds && !isDone && { variables }),
    });
    if (!error) return uploaded.map((file) => ({ json: { ...file } }));
    const isPartlyDone = uploaded.length > 0 && error.delivery === 'notProcessed';
    throw error.with({
      description: [describeOutcomes(outcomes), error.description].join(' ').trim(),
      requestId,
      files: outcomes,
      ...(isPartlyDone && { outcome: 'partlyDone' }),
    });
  };
}

/** The first item for each variable: ProcessMaker keeps one file for it, so that a second would take its place. */
async function findOwners(ids: RequestIds, all: Upload[]): Promise<Map<string, number>> {
  const owners = new Map<string, number>();
  for (const { itemIndex, reference, files } of all) {
    try {
      const requestId = await ids.idOf(reference);
      for (const { variable } of files) {
        const key = keyOf(requestId, variable);
        if (!owners.has(key)) owners.set(key, itemIndex);
      }
    } catch (error) {
      // Its own item says why.
      if (!(error instanceof ProcessMakerError)) throw rethrown(error);
    }
  }
  return owners;
}

function checkOwner(owners: Map<string, number>, requestId: number, { itemIndex, files }: Upload): void {
  for (const { variable } of files) {
    const owner = owners.get(keyOf(requestId, variable));
    if (owner === undefined || owner === itemIndex) continue;
    throw inputError(
      `Item ${owner} uploads a file to the variable '${variable}' of Request ${requestId} too, and this one would take its place`,
      "Give each file a variable of its own, with an expression in 'Variable'. Without a variable, the name of the file is taken.",
    );
  }
}

function keyOf(requestId: number, variable: string): string {
  return `${requestId} ${variable}`;
}
