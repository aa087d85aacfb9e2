import {
  type IDataObject,
  type IExecuteFunctions,
  tryToParseDateTime,
  validateFieldType,
} from 'n8n-workflow';

import { type MapperField, setByPath } from '../api/forms/field';
import { isObject, objectsIn } from '../guards';
import { inputError, type ProcessMakerError } from '../transport/processMakerError';
import { copyOf, isTool, readAssignments } from './parameters';

export const FORM_FIELDS = { name: 'formFields', displayName: 'Form Fields' };
export const ADDITIONAL_FIELDS = { name: 'additionalFields', displayName: 'Additional Fields' };

/** What n8n's resource mapper holds, as far as it is used, and where the workflow lives. */
interface Mapper {
  isAutomatic: boolean;
  /** The fields that the editor shows. */
  fields: MapperField[];
  /** Attempt to Convert Types. */
  convertsTypes: boolean;
  /** Convert Fields to String: whether other values become text in a text field. */
  convertsToText: boolean;
  timezone: string;
}

/**
 * The data that 'Form Fields' and 'Additional Fields' of an item give. Nothing is sent.
 *
 * @returns the fields that have a value; none when nothing is given
 */
export function readFormData(context: IExecuteFunctions, itemIndex: number): IDataObject {
  const mapper = readMapper(context);
  const given = mapper.isAutomatic ? fromItem(context, itemIndex, mapper) : fromParameter(context, itemIndex);
  const missing = mapper.fields.filter(({ id, required }) => required && isEmpty(given[id]));
  if (missing.length > 0) throw missingError(missing);
  return readAssignments(context, itemIndex, ADDITIONAL_FIELDS, toData(given, mapper));
}

/** The schema is read as it is saved: it holds texts of the server, which are no expressions. */
function readMapper(context: IExecuteFunctions): Mapper {
  const saved: unknown = context.getNode().parameters[FORM_FIELDS.name];
  const mapper: IDataObject = isObject(saved) ? saved : {};
  return {
    isAutomatic: mapper.mappingMode === 'autoMapInputData',
    fields: (objectsIn(mapper.schema) as unknown as MapperField[]).filter(({ removed }) => removed !== true),
    convertsTypes: mapper.attemptToConvertTypes === true,
    convertsToText: mapper.convertFieldsToString === true,
    timezone: context.getTimezone(),
  };
}

function fromParameter(context: IExecuteFunctions, itemIndex: number): IDataObject {
  const name = `${FORM_FIELDS.name}.value`;
  // n8n's own check would take an empty text for the number 0.
  const values: unknown = context.getNodeParameter(name, itemIndex, {}, { skipValidation: true });
  return isObject(values) ? values : {};
}

/** The fields of the item that are named like one of the form. */
function fromItem(context: IExecuteFunctions, itemIndex: number, { fields }: Mapper): IDataObject {
  if (isTool(context)) {
    throw inputError(
      "'Form Fields' cannot be mapped automatically in an AI tool, since the agent gives fields of its own",
      'Map each field by hand and let the model fill it.',
    );
  }
  if (fields.length === 0) {
    throw inputError(
      "The fields of the form are not known, so nothing can be mapped automatically in 'Form Fields'",
      "Open the node and let it load the fields, or give the data in another way than 'Map From Form'.",
    );
  }
  const item = context.getInputData()[itemIndex]?.json ?? {};
  return Object.fromEntries(fields.map(({ id }) => [id, readByPath(item, id)]));
}

/** A field with that very name, or the one to which its dots lead. */
function readByPath(item: IDataObject, path: string): IDataObject[string] {
  if (Object.hasOwn(item, path)) return item[path];
  let value: unknown = item;
  for (const key of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value as IDataObject[string];
}

function toData(given: IDataObject, mapper: Mapper): IDataObject {
  const data: IDataObject = {};
  const fields = new Map(mapper.fields.map((field) => [field.id, field]));
  for (const [id, value] of Object.entries(given)) {
    if (isEmpty(value)) continue;
    const field = fields.get(id);
    const converted = field ? formValue(value, field, mapper) : value;
    const refusal = setByPath(data, id, copyOf(converted));
    if (refusal) throw inputError(refusal, "Leave one of them empty in 'Form Fields'.");
  }
  return data;
}

function missingError(missing: MapperField[]): ProcessMakerError {
  const labels = missing.map(({ displayName }) => `'${displayName}'`).join(', ');
  const [are, have, them] = missing.length === 1 ? ['is', 'has', 'it'] : ['are', 'have', 'them'];
  return inputError(
    `${labels} ${are} required by the form and ${have} no value`,
    `Give ${them} a value in 'Form Fields'.`,
  );
}

/** Whether a value is none. n8n would make a 0 of an empty text. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/**
 * The value of a form's field in the type that the form has for it, by n8n's own conversion.
 *
 * @param given anything but an empty value
 */
function formValue(given: unknown, field: MapperField, mapper: Mapper): unknown {
  const value = asJson(given);
  if (field.type === undefined) return value;
  if (field.type === 'dateTime') return dateValue(value, field, mapper.timezone);
  if (field.type === 'options') return choice(value, field, mapper);
  // n8n would make a number of a list that holds one.
  if (field.type === 'number' && typeof value === 'object') throw refusal(value, field);
  const checked = validateFieldType(field.id, value, field.type, {
    strict: !mapper.convertsTypes,
    parseStrings: mapper.convertsToText,
  });
  if (!checked.valid) throw refusal(value, field);
  return checked.newValue;
}

/** Dates of expressions have a text of their own in JSON. */
function asJson(value: unknown): unknown {
  const hasJson = typeof value === 'object' && value !== null && 'toJSON' in value;
  return hasJson && typeof value.toJSON === 'function' ? (value.toJSON as () => unknown)() : value;
}

/** As ProcessMaker's forms keep it: `2026-11-24`, or a point in time in UTC. */
function dateValue(value: unknown, field: MapperField, timezone: string): unknown {
  try {
    const date = tryToParseDateTime(value, timezone);
    return field.dateOnly ? date.toFormat('yyyy-MM-dd') : date.toUTC().toISO();
  } catch {
    throw refusal(value, field);
  }
}

function choice(value: unknown, field: MapperField, { convertsTypes }: Mapper): unknown {
  const { options = [] } = field;
  const chosen = options.find(
    (option) => option.value === value || (convertsTypes && String(option.value) === textOf(value)),
  );
  if (!chosen) throw refusal(value, field);
  return chosen.value;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const MAX_SHOWN = 20;

function refusal(value: unknown, field: MapperField): ProcessMakerError {
  const what = textOf(value);
  const shown = what.length > 100 ? `${what.slice(0, 100)}…` : what;
  const { displayName, type, options = [] } = field;
  if (type === 'options') {
    const choices = options.slice(0, MAX_SHOWN).map((option) => String(option.value));
    return inputError(
      `'${displayName}' in 'Form Fields' is "${shown}", which is not a valid option of the form`,
      `The form has: ${choices.join(', ')}${options.length > MAX_SHOWN ? ', …' : ''}. If the form was changed, refresh the fields in the node.`,
    );
  }
  return inputError(
    `'${displayName}' in 'Form Fields' is "${shown}", which is not of the type ${type}`,
    "Change the value. 'Attempt To Convert Types' below the fields lets n8n convert what it can.",
  );
}
