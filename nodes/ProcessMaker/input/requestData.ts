import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { asText } from '../guards';
import { inputError } from '../transport/processMakerError';
import { readAssignments } from './assignments';
import { readFormData } from './formData';
import { readJsonData } from './jsonData';
import { isTool } from './tool';

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
