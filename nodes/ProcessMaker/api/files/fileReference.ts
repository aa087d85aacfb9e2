import type { IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../../transport/failure';
import { parseId, readLocator } from '../../input/locators';
import { variableOf, type ApiFile } from './apiFile';

/** A file of a Request as people name it. */
export type FileReference = { id: number } | { variable: string };

/** The parameter 'File' of an item. Nothing is sent. */
export function readFileReference(context: IExecuteFunctions, itemIndex: number): Result<FileReference> {
  const { mode, value } = readLocator(context.getNodeParameter('file', itemIndex));
  if (value === '') {
    return inputFailure("No file is given in 'File'", 'Choose one, or give its id or its variable.');
  }
  if (mode === 'variable') return { ok: true, value: { variable: value } };
  const id = parseId(value);
  if (id !== undefined) return { ok: true, value: { id } };
  return inputFailure(
    `'File' holds "${value}", which is not the id of a file`,
    "An id is a whole number, such as the fileId that 'Get Many' gives. To name the variable, choose 'By Variable'.",
  );
}

/** Finds a file among those of its Request. */
export function findFile(files: ApiFile[], reference: FileReference, requestId: number): Result<ApiFile> {
  const isById = 'id' in reference;
  const found = files.filter((file) =>
    isById ? file.id === reference.id : variableOf(file) === reference.variable,
  );
  const [file, ...others] = found;
  if (file && others.length === 0) return { ok: true, value: file };
  const name = isById ? `file ${reference.id}` : `file with the variable '${reference.variable}'`;
  if (file) {
    return inputFailure(
      `Request ${requestId} has more than one ${name}`,
      `Choose one of them by its id: ${listOf(found)}.`,
    );
  }
  return {
    ok: false,
    failure: {
      kind: 'notFound',
      message: `Request ${requestId} has no ${name}`,
      description: files.length === 0 ? 'It has no files at all.' : `Its files are: ${listOf(files)}.`,
      delivery: 'notProcessed',
    },
  };
}

const MAX_LISTED = 20;

function listOf(files: ApiFile[]): string {
  const texts = files
    .slice(0, MAX_LISTED)
    .map((file) => `${file.id} (${file.file_name}, variable '${variableOf(file)}')`);
  if (files.length > MAX_LISTED) texts.push('and more');
  return texts.join(', ');
}
