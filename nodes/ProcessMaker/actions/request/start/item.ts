import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../../../transport/failure';
import type { Connection } from '../../../transport/connection';
import { checkVariables } from '../../file/upload/fileVariables';
import { readInputFiles, type InputFile } from '../../../input/inputFiles';
import { findUnsendable } from '../../../input/jsonData';
import { readSafely } from '../../../input/readSafely';
import { readRequestData } from '../../../input/requestData';
import type { StartNotices } from '../../../execution/hints';
import { KEY_FIELD } from './keys';
import { readOptions, type StartOptions } from './options';
import { readStartReference } from './reference';
import type { StartReference, StartTarget } from './target';

/** ProcessMaker puts its own values there; data that came out of ProcessMaker often holds them. */
const OWN_FIELDS = ['_request', '_user'];

/** An item that can be started, checked as far as it can be without a call. */
export interface StartItem {
  index: number;
  data: IDataObject;
  /** To be uploaded once it is started. */
  files: InputFile[];
  options: StartOptions;
  reference: StartReference;
}

/** The same, its process and start event found. */
export interface Entry {
  index: number;
  data: IDataObject;
  files: InputFile[];
  options: StartOptions;
  target: StartTarget;
}

/** Reads and checks the parameters of one item. Nothing is sent. */
export function readStartItem(
  context: IExecuteFunctions,
  connection: Connection,
  notices: StartNotices,
  itemIndex: number,
): Result<StartItem> {
  return readSafely(() => readAll(context, connection, notices, itemIndex));
}

function readAll(
  context: IExecuteFunctions,
  connection: Connection,
  notices: StartNotices,
  itemIndex: number,
): Result<StartItem> {
  const options = readOptions(context, itemIndex);
  if (!options.ok) return options;
  const reference = readStartReference(context, connection.instanceUrl, itemIndex);
  if (!reference.ok) return reference;
  const data = readRequestData(context, itemIndex);
  if (!data.ok) return data;
  const checked = checkData(data.value, notices, itemIndex);
  if (!checked.ok) return checked;
  const files = readFiles(context, itemIndex, options.value);
  if (!files.ok) return files;
  const value = {
    index: itemIndex,
    data: checked.value,
    files: files.value,
    options: options.value,
    reference: reference.value,
  };
  return { ok: true, value };
}

/** Shared by all items without files, which can be very many. */
const NO_FILES: InputFile[] = [];

function readFiles(
  context: IExecuteFunctions,
  itemIndex: number,
  { writeFileId }: StartOptions,
): Result<InputFile[]> {
  const files = readInputFiles(context, itemIndex, 'options.files.file');
  if (!files.ok) return files;
  if (files.value.length === 0) return { ok: true, value: NO_FILES };
  return writeFileId ? checkVariables(files.value) : files;
}

function checkData(data: IDataObject, notices: StartNotices, itemIndex: number): Result<IDataObject> {
  if (Object.hasOwn(data, '_parent')) {
    return inputFailure(
      "The data has a field '_parent', with which ProcessMaker would make the new Request part of another one",
      "Take it out, e.g. with 'Include' set to 'All Fields Except'.",
    );
  }
  if (typeof data.toJSON === 'function') {
    return inputFailure(
      'The data is a date or another value of its own kind, and not a JSON object',
      'Put it into a field, such as {"date": …}.',
    );
  }
  const ownFields = OWN_FIELDS.filter((name) => Object.hasOwn(data, name));
  for (const name of ownFields) notices.fieldLeftOut(name, itemIndex);
  // A key that came with the item belongs to another start.
  const leftOut = Object.hasOwn(data, KEY_FIELD) ? [...ownFields, KEY_FIELD] : ownFields;
  const sent = leftOut.length === 0 ? data : without(data, leftOut);
  if (ownFields.length > 0 && Object.keys(sent).length === 0) {
    return inputFailure(
      "The data holds nothing but '_request' and '_user', which ProcessMaker sets itself",
      "Give the fields of the new Request's data, or {} with 'JSON' for a Request without data.",
    );
  }

  const unsendable = findUnsendable(sent, (change, path) => notices.change(change, path, itemIndex));
  if (unsendable !== undefined) {
    return inputFailure(
      unsendable,
      'Change or leave out this value: ProcessMaker would not receive it as it is.',
    );
  }
  return { ok: true, value: sent };
}

function without(data: IDataObject, names: string[]): IDataObject {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));
}
