import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { KEY_FIELD, SET_BY_SERVER } from '../api/requests/hiddenKey';
import { asText } from '../guards';
import { inputError, type ProcessMakerError } from '../transport/processMakerError';
import { readFormData } from './formData';
import { type DataCall, findUnsendable, KEPT, readJsonData, type ServerChange } from './jsonData';
import { isTool, itemFields, type ItemHints, readAssignments } from './parameters';

/** Takes, by item, what the user should know although the item did not fail. */
export interface DataHints extends ItemHints {
  change(change: ServerChange, path: string, itemIndex: number): void;
}

/** Fields that are not sent. A key that came with the item belongs to another start. */
const LEFT_OUT = [...SET_BY_SERVER, KEY_FIELD];

/** Checks data for a Request. @returns it without the fields that ProcessMaker sets itself */
export function checkData(data: IDataObject, hints: DataHints, itemIndex: number, call: DataCall) {
  const isNew = call === 'start';
  const isWholeBody = isNew || call === 'event';
  if (isWholeBody && ('_method' in data || 'include' in data)) checkParameters(data);
  if (Object.hasOwn(data, '_parent')) throw reservedField('_parent', isNew);
  if (!isNew && Object.hasOwn(data, KEY_FIELD)) throw reservedField(KEY_FIELD, isNew);
  if (typeof data.toJSON === 'function') {
    throw inputError(
      'The data is a date or another value of its own kind, and not a JSON object',
      'Put it into a field, such as {"date": …}.',
    );
  }
  let sent = data;
  for (const name of LEFT_OUT) {
    if (!Object.hasOwn(data, name)) continue;
    sent = Object.fromEntries(Object.entries(sent).filter(([field]) => field !== name));
    if (name !== KEY_FIELD) {
      hints.addForItem(
        `Field '${name}' is not sent, since ProcessMaker sets it itself in every Request`,
        itemIndex,
      );
    }
  }
  const hasNoneOfItsOwn = sent !== data && Object.keys(sent).length === 0;
  if (isNew && hasNoneOfItsOwn && SET_BY_SERVER.some((name) => Object.hasOwn(data, name))) {
    throw inputError(
      "The data holds nothing but '_request' and '_user', which ProcessMaker sets itself",
      "Give the fields of the new Request's data, or {} with 'JSON' for a Request without data.",
    );
  }
  const unsendable = findUnsendable(sent, (change, path) => {
    // Inside an object or a list, a start and an event keep what an update keeps.
    const kept = isWholeBody && !Object.hasOwn(sent, path) ? KEPT.update : KEPT[call];
    if (!kept?.includes(change)) hints.change(change, path, itemIndex);
  });
  if (unsendable === undefined) return sent;
  throw inputError(unsendable, 'Change or leave out this value: ProcessMaker would not receive it as it is.');
}

/** Of data that is the whole body of a call, ProcessMaker reads some fields as parameters of the call. */
function checkParameters({ _method: method, include }: IDataObject): void {
  if (method !== undefined) {
    throw inputError(
      "The data has a field '_method', which ProcessMaker takes for the HTTP method of the call",
      'Take it out, or give it another name.',
    );
  }
  // A date, for example, is sent as text.
  if (typeof include !== 'object' || include === null || 'toJSON' in include) return;
  throw inputError(
    "The data has a list or an object in the field 'include', which ProcessMaker takes for a parameter of the call and cannot read, so that the outcome would be unknown",
    'Give the field another name, or send it as text.',
  );
}

/** A field by which Requests are found and tied to each other. */
function reservedField(name: string, isNew: boolean): ProcessMakerError {
  const what = `The data has a field '${name}',`;
  if (!isNew) return inputError(`${what} by which Requests are found and tied to each other`, 'Take it out.');
  return inputError(
    `${what} with which ProcessMaker would make the new Request part of another one`,
    "Take it out, e.g. with 'Include' set to 'All Fields Except'.",
  );
}

const NO_DATA_ADVICE = "To start a Request without data, choose 'JSON' in 'Request Data' and enter {}.";
const JSON_ADVICE = 'Enter a JSON object such as {"orderId": 12}, or {} for a Request without data.';

/** The data of an item's Request, as the parameters of the Start operation give it. */
export function readRequestData(context: IExecuteFunctions, itemIndex: number, hints: DataHints) {
  const mode = context.getNodeParameter('dataMode', itemIndex);
  if (mode === 'autoMapInputData') return fromItem(context, itemIndex, hints);
  const data = readMode(context, itemIndex, hints, 'Request Data', JSON_ADVICE);
  if (mode === 'json' || mode === 'fromModel' || Object.keys(data).length > 0) return data;
  if (mode === 'defineBelow') {
    throw inputError("No field is given in 'Fields to Send'", `Add a field. ${NO_DATA_ADVICE}`);
  }
  throw inputError(
    "No value is given in 'Values to Send' or 'Additional Fields', so the Request would have no data",
    `Give a value. ${NO_DATA_ADVICE}`,
  );
}

/** @param parameter the list of the ways to give data */
function readMode(
  context: IExecuteFunctions,
  itemIndex: number,
  hints: DataHints,
  parameter: 'Data' | 'Request Data',
  advice: string,
) {
  const mode = context.getNodeParameter('dataMode', itemIndex);
  if (mode === 'defineBelow') return readAssignments(context, itemIndex, hints);
  if (mode === 'mapFromForm') return readFormData(context, itemIndex, hints);
  if (mode !== 'json' && mode !== 'fromModel') {
    throw inputError(
      `'${parameter}' is "${asText(mode)}", which is not a valid option`,
      `Choose one of the list in '${parameter}'.`,
    );
  }
  const label = parameter === 'Request Data' && isTool(context) ? 'Request Data (JSON)' : 'JSON';
  return readJsonData(context, itemIndex, label, advice);
}

function fromItem(context: IExecuteFunctions, itemIndex: number, hints: DataHints): IDataObject {
  if (isTool(context)) {
    throw inputError(
      "'Request Data' cannot be 'Map Automatically' in a tool, since the fields of its caller would become the data of the Request",
      "Choose 'Filled by the Model', or 'Define Below' and let the model fill in each field.",
    );
  }
  const item = itemFields(context, itemIndex);
  if (Object.keys(item).length === 0) {
    hints.sentences.add(
      "An item without fields gives a Request without data. To give data, choose another way in 'Request Data'.",
    );
  }
  const include = context.getNodeParameter('include', itemIndex, 'all');
  if (include === 'all') return item;

  const parameter = include === 'selected' ? 'includeFields' : 'excludeFields';
  const given: unknown = context.getNodeParameter(parameter, itemIndex, '');
  const list: unknown[] = Array.isArray(given) ? given : String(given).split(',');
  const names = new Set(list.map((name) => String(name).trim()).filter((name) => name !== ''));
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

/** The data that an item gives for a Request that exists; no fields when none are given. */
export function readChangeData(
  context: IExecuteFunctions,
  itemIndex: number,
  hints: DataHints,
  call: Exclude<DataCall, 'start'>,
): IDataObject {
  const data = readMode(context, itemIndex, hints, 'Data', 'Enter a JSON object such as {"orderId": 12}.');
  const sent = checkData(data, hints, itemIndex, call);
  // As it will arrive: a date, for example, is text then.
  return JSON.parse(JSON.stringify(sent)) as IDataObject;
}
