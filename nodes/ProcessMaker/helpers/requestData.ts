import {
  deepCopy,
  validateFieldType,
  type FieldType,
  type IDataObject,
  type IExecuteFunctions,
} from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import { asText, isObject } from './guards';
import { setByPath } from './setByPath';
import { isTool } from './tool';

/** One row of n8n's assignment list. */
interface Assignment {
  name: string;
  value: unknown;
  type: FieldType;
}

const NO_DATA_ADVICE =
  "To start a Request without data, choose 'JSON' in 'Request Data' and enter {}, or give an empty item.";

/** The data of an item's Request, as the parameters of the Start operation give it. Nothing is sent. */
export function readRequestData(context: IExecuteFunctions, itemIndex: number): Result<IDataObject> {
  const mode = context.getNodeParameter('dataMode', itemIndex);
  if (mode === 'autoMapInputData') return fromItem(context, itemIndex);
  if (mode === 'defineBelow') return fromAssignments(context, itemIndex);
  if (mode === 'json') return fromJson(context.getNodeParameter('jsonData', itemIndex));
  return inputFailure(
    `'Request Data' is "${asText(mode)}", which is none of its choices`,
    "Choose 'Map Automatically', 'Define Below' or 'JSON' in 'Request Data'.",
  );
}

function fromItem(context: IExecuteFunctions, itemIndex: number): Result<IDataObject> {
  if (isTool(context)) {
    return inputFailure(
      "'Request Data' cannot be 'Map Automatically' in an AI tool, since the agent's own fields would become the data of the Request",
      "Choose 'Define Below' and let the model fill each field, or 'JSON'.",
    );
  }
  const item = context.getInputData()[itemIndex]?.json ?? {};
  const include = context.getNodeParameter('include', itemIndex, 'all');
  if (include === 'all') return { ok: true, value: item };

  const parameter = include === 'selected' ? 'includeFields' : 'excludeFields';
  const names = new Set(splitNames(context.getNodeParameter(parameter, itemIndex, '')));
  const nested = [...names].find((name) => !Object.hasOwn(item, name) && /[.[]/.test(name));
  if (nested !== undefined) {
    return inputFailure(
      `'${nested}' is not the name of a field of the item`,
      "Here only whole fields can be named, without a dot. To send part of a field, use 'Define Below'.",
    );
  }
  const kept = Object.entries(item).filter(([name]) => names.has(name) === (include === 'selected'));
  if (kept.length === 0 && Object.keys(item).length > 0) {
    return inputFailure(
      include === 'selected'
        ? "The item has none of the fields in 'Fields to Include', so the Request would have no data"
        : "'Fields to Exclude' leaves none of the item's fields, so the Request would have no data",
      `The item has the fields: ${Object.keys(item).slice(0, 20).join(', ')}. ${NO_DATA_ADVICE}`,
    );
  }
  return { ok: true, value: Object.fromEntries(kept) };
}

function splitNames(list: unknown): string[] {
  const names = Array.isArray(list) ? list.map(String) : String(list).split(',');
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

function fromAssignments(context: IExecuteFunctions, itemIndex: number): Result<IDataObject> {
  const { assignments = [] } = context.getNodeParameter('fields', itemIndex, {}) as {
    assignments?: Assignment[];
  };
  if (assignments.length === 0) {
    return inputFailure("No field is given in 'Fields to Send'", `Add a field. ${NO_DATA_ADVICE}`);
  }
  const data: IDataObject = {};
  for (const { name, value, type } of assignments) {
    if (name.trim() === '') {
      return inputFailure("A field in 'Fields to Send' has no name", 'Name it, or take it out.');
    }
    const converted = convert(name, value, type);
    if (!converted.ok) return converted;
    const refusal = setByPath(data, name.trim(), converted.value);
    if (refusal) return inputFailure(refusal, "Change the names in 'Fields to Send'.");
  }
  return { ok: true, value: data };
}

function convert(name: string, value: unknown, type: FieldType): Result<unknown> {
  if (value === undefined || value === null) return { ok: true, value: null };
  const checked = validateFieldType(name, value, type, { parseStrings: true });
  // A copy: an object may be that of the input item, and further fields may be put into it.
  if (checked.valid) return { ok: true, value: copyOf(checked.newValue) };
  return inputFailure(
    `Field '${name}' in 'Fields to Send' is not of the type ${type}`,
    `${checked.errorMessage}. Change the value or the type of the field.`,
  );
}

function copyOf(value: unknown): unknown {
  return isObject(value) || Array.isArray(value) ? deepCopy(value) : value;
}

function fromJson(value: unknown): Result<IDataObject> {
  const advice = 'Enter a JSON object such as {"orderId": 12}, or {} for a Request without data.';
  let data = value;
  if (typeof value === 'string') {
    if (value.trim() === '') return inputFailure("'JSON' is empty", advice);
    try {
      data = JSON.parse(value);
    } catch (error) {
      const reason = error instanceof Error ? ` (${error.message})` : '';
      return inputFailure(`'JSON' holds text that is not valid JSON${reason}`, advice);
    }
  }
  if (!isObject(data)) {
    return inputFailure(`'JSON' holds ${kindOf(data)} and not a JSON object`, advice);
  }
  return { ok: true, value: data };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'no value';
  return `a ${typeof value}`;
}
