import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import type { Connection } from '../transport/request';
import { findUnsendable } from './jsonData';
import { readRequestData } from './requestData';
import type { StartNotices } from './startNotices';
import { readStartReference } from './startReference';
import type { StartReference } from './startTarget';

/** ProcessMaker puts its own values there; data that came out of ProcessMaker often holds them. */
const OWN_FIELDS = ['_request', '_user'];

export interface StartOptions {
  timeoutSeconds: number;
  simplify: boolean;
  includeData: boolean;
  returnErroredRequests: boolean;
}

/** An item that can be started, checked as far as it can be without a call. */
export interface StartItem {
  reference: StartReference;
  data: IDataObject;
  options: StartOptions;
}

/** Reads and checks the parameters of one item. Nothing is sent. */
export function readStartItem(
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
  return { ok: true, value: { reference: reference.value, data: checked.value, options: options.value } };
}

function readOptions(context: IExecuteFunctions, itemIndex: number): Result<StartOptions> {
  const options = context.getNodeParameter('options', itemIndex, {});
  const timeoutSeconds = Number(options.timeout ?? 120);
  if (!(timeoutSeconds > 0)) {
    return inputFailure(
      "The option 'Timeout' is not a number above 0",
      'Enter a number of seconds, e.g. 120.',
    );
  }
  return {
    ok: true,
    value: {
      timeoutSeconds,
      simplify: options.simplify !== false,
      includeData: options.includeData === true,
      returnErroredRequests: options.returnErroredRequests === true,
    },
  };
}

function checkData(data: IDataObject, notices: StartNotices, itemIndex: number): Result<IDataObject> {
  if (Object.hasOwn(data, '_parent')) {
    return inputFailure(
      "The data has a field '_parent', with which ProcessMaker would make the new Request part of another one",
      "Take it out, e.g. with 'Include' set to 'All Fields Except'.",
    );
  }
  const ownFields = OWN_FIELDS.filter((name) => Object.hasOwn(data, name));
  for (const name of ownFields) notices.fieldLeftOut(name, itemIndex);
  const sent = ownFields.length === 0 ? data : without(data, ownFields);
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
