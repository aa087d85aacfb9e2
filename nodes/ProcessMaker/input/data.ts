import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { KEY_FIELD, SET_BY_SERVER } from '../api/requests/hiddenKey';
import { asText } from '../guards';
import { inputError } from '../transport/processMakerError';
import { readFormData } from './formData';
import { findUnsendable, readJsonData, type ServerChange } from './jsonData';
import { isTool, readAssignments } from './parameters';

/** Is told, by item, what the user should know although the item did not fail. */
export interface DataHints {
  fieldLeftOut(name: string, itemIndex: number): void;
  change(change: ServerChange, path: string, itemIndex: number): void;
}

/**
 * Checks data for a Request before anything is sent.
 *
 * @param isNew whether a Request is to be started with the data
 * @returns the data, without the fields that ProcessMaker sets itself
 */
export function checkData(
  data: IDataObject,
  hints: DataHints,
  itemIndex: number,
  { isNew }: { isNew: boolean },
): IDataObject {
  refuseFieldsOfOthers(data, isNew);
  if (typeof data.toJSON === 'function') {
    throw inputError(
      'The data is a date or another value of its own kind, and not a JSON object',
      'Put it into a field, such as {"date": …}.',
    );
  }
  const setByServer = SET_BY_SERVER.filter((name) => Object.hasOwn(data, name));
  for (const name of setByServer) hints.fieldLeftOut(name, itemIndex);
  // A key that came with the item belongs to another start.
  const leftOut = Object.hasOwn(data, KEY_FIELD) ? [...setByServer, KEY_FIELD] : setByServer;
  const sent = leftOut.length === 0 ? data : without(data, leftOut);
  if (isNew && setByServer.length > 0 && Object.keys(sent).length === 0) {
    throw inputError(
      "The data holds nothing but '_request' and '_user', which ProcessMaker sets itself",
      "Give the fields of the new Request's data, or {} with 'JSON' for a Request without data.",
    );
  }
  const unsendable = findUnsendable(sent, (change, path) => hints.change(change, path, itemIndex));
  if (unsendable === undefined) return sent;
  throw inputError(unsendable, 'Change or leave out this value: ProcessMaker would not receive it as it is.');
}

/** Fields by which Requests are found and tied to each other. */
function refuseFieldsOfOthers(data: IDataObject, isNew: boolean): void {
  const refused = isNew ? ['_parent'] : ['_parent', KEY_FIELD];
  const name = refused.find((field) => Object.hasOwn(data, field));
  if (name === undefined) return;
  if (isNew) {
    throw inputError(
      `The data has a field '${name}', with which ProcessMaker would make the new Request part of another one`,
      "Take it out, e.g. with 'Include' set to 'All Fields Except'.",
    );
  }
  throw inputError(
    `The data has a field '${name}', by which Requests are found and tied to each other`,
    'Take it out.',
  );
}

function without(data: IDataObject, names: string[]): IDataObject {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));
}

const NO_DATA_ADVICE =
  "To start a Request without data, choose 'JSON' in 'Request Data' and enter {}, or give an empty item.";
const JSON_ADVICE = 'Enter a JSON object such as {"orderId": 12}, or {} for a Request without data.';

/** The data of an item's Request, as the parameters of the Start operation give it. Nothing is sent. */
export function readRequestData(context: IExecuteFunctions, itemIndex: number): IDataObject {
  const mode = context.getNodeParameter('dataMode', itemIndex);
  if (mode === 'autoMapInputData') return fromItem(context, itemIndex);
  if (mode === 'defineBelow') return fromAssignments(context, itemIndex);
  if (mode === 'json') return readJsonData(context, itemIndex, JSON_ADVICE);
  if (mode === 'mapFromForm') return fromForm(context, itemIndex);
  throw inputError(
    `'Request Data' is "${asText(mode)}", which is not a valid option`,
    "Choose 'Map Automatically', 'Define Below', 'Map From Form' or 'JSON' in 'Request Data'.",
  );
}

function fromItem(context: IExecuteFunctions, itemIndex: number): IDataObject {
  if (isTool(context)) {
    throw inputError(
      "'Request Data' cannot be 'Map Automatically' in an AI tool, since the agent's own fields would become the data of the Request",
      "Choose 'Define Below' and let the model fill each field, or 'JSON'.",
    );
  }
  const item = context.getInputData()[itemIndex]?.json ?? {};
  const include = context.getNodeParameter('include', itemIndex, 'all');
  if (include === 'all') return item;

  const parameter = include === 'selected' ? 'includeFields' : 'excludeFields';
  const names = new Set(splitNames(context.getNodeParameter(parameter, itemIndex, '')));
  const nested = [...names].find((name) => !Object.hasOwn(item, name) && /[.[]/.test(name));
  if (nested !== undefined) {
    throw inputError(
      `'${nested}' is not the name of a field of the item`,
      "Here only whole fields can be named, without a dot. To send part of a field, use 'Define Below'.",
    );
  }
  const kept = Object.entries(item).filter(([name]) => names.has(name) === (include === 'selected'));
  if (kept.length === 0 && Object.keys(item).length > 0) {
    throw inputError(
      include === 'selected'
        ? "The item has none of the fields in 'Fields to Include', so the Request would have no data"
        : "'Fields to Exclude' leaves none of the item's fields, so the Request would have no data",
      `The item has the fields: ${Object.keys(item).slice(0, 20).join(', ')}. ${NO_DATA_ADVICE}`,
    );
  }
  return Object.fromEntries(kept);
}

function splitNames(list: unknown): string[] {
  const names = Array.isArray(list) ? list.map(String) : String(list).split(',');
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

function fromAssignments(context: IExecuteFunctions, itemIndex: number): IDataObject {
  const data = readAssignments(context, itemIndex);
  if (Object.keys(data).length > 0) return data;
  throw inputError("No field is given in 'Fields to Send'", `Add a field. ${NO_DATA_ADVICE}`);
}

function fromForm(context: IExecuteFunctions, itemIndex: number): IDataObject {
  const data = readFormData(context, itemIndex);
  if (Object.keys(data).length > 0) return data;
  throw inputError(
    "No value is given in 'Form Fields' or 'Additional Fields', so the Request would have no data",
    `Give a value. ${NO_DATA_ADVICE}`,
  );
}

/**
 * The data that an item gives for a Request that exists, in a mode of `dataMode`. Nothing is sent.
 *
 * @returns no fields when none are given; values that JSON can hold, without fields that are ProcessMaker's own
 */
export function readChangeData(context: IExecuteFunctions, itemIndex: number, hints: DataHints): IDataObject {
  const sent = checkData(readGiven(context, itemIndex), hints, itemIndex, { isNew: false });
  // As it will arrive: a date, for example, is text then.
  return JSON.parse(JSON.stringify(sent)) as IDataObject;
}

function readGiven(context: IExecuteFunctions, itemIndex: number): IDataObject {
  const mode = context.getNodeParameter('dataMode', itemIndex);
  if (mode === 'defineBelow') return readAssignments(context, itemIndex);
  if (mode === 'json') {
    return readJsonData(context, itemIndex, 'Enter a JSON object such as {"orderId": 12}.');
  }
  if (mode === 'mapFromForm') return readFormData(context, itemIndex);
  throw inputError(
    `'Data' is "${asText(mode)}", which is not a valid option`,
    "Choose one of the list in 'Data'.",
  );
}
