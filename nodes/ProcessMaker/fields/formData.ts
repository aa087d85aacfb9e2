import {
  deepCopy,
  type IDataObject,
  type IExecuteFunctions,
  type INodePropertyOptions,
  jsonParse,
  type ResourceMapperField,
  tryToParseDateTime,
  validateFieldType,
} from 'n8n-workflow';

import { isObject, objectsIn, readByPath, setByPath } from '../guards';
import { inputError, type ProcessMakerError } from '../transport/processMakerError';
import { isTool, itemFields, type ItemHints, readAssignments } from './parameters';

export const FORM_FIELDS = { name: 'formFields', displayName: 'Values to Send' };
export const ADDITIONAL_FIELDS = { name: 'additionalFields', displayName: 'Additional Fields' };

/** A field in the schema of n8n's resource mapper, which n8n keeps with the node. */
export interface MapperField extends ResourceMapperField {
  /** ProcessMaker keeps such a date as `2026-11-24`, and any other as a point in time. */
  dateOnly?: true;
  /** A list, which is given as text or as a list. */
  isList?: true;
  /** What can be chosen in a list; none where it is not known. */
  choices?: INodePropertyOptions[];
}

/** @returns the fields that 'Values to Send' and 'Additional Fields' of an item give a value; none when nothing is given */
export function readFormData(context: IExecuteFunctions, itemIndex: number, hints: ItemHints): IDataObject {
  const mapper = readMapper(context);
  const given = readValues(context, itemIndex, mapper);
  const missing = mapper.fields.filter(({ id, required }) => required && isEmpty(given[id]));
  if (missing.length > 0) {
    const labels = missing.map(({ displayName }) => `'${displayName}'`).join(', ');
    const [are, have, them] = missing.length === 1 ? ['is', 'has', 'it'] : ['are', 'have', 'them'];
    throw inputError(
      `${labels} ${are} required by the form and ${have} no value`,
      `Give ${them} a value in '${FORM_FIELDS.displayName}'.`,
    );
  }
  return readAssignments(context, itemIndex, hints, ADDITIONAL_FIELDS, toData(given, mapper));
}

/** Which fields of a form 'Map From Form' of an item knows, and which of them it gives a value. */
export interface MappedForm {
  shown: string[];
  given: string[];
}

/** @returns undefined when the data of an item is given in another way */
export function readMappedForm(context: IExecuteFunctions, itemIndex: number): MappedForm | undefined {
  if (context.getNodeParameter('dataMode', itemIndex) !== 'mapFromForm') return undefined;
  const mapper = readMapper(context);
  const values = readValues(context, itemIndex, mapper);
  return {
    // Those that are not shown, too: the form has them.
    shown: mapper.allFields.map(({ id }) => id),
    given: Object.keys(values).filter((id) => !isEmpty(values[id])),
  };
}

function readValues(context: IExecuteFunctions, itemIndex: number, mapper: Mapper): IDataObject {
  return mapper.isAutomatic ? fromItem(context, itemIndex, mapper) : fromParameter(context, itemIndex);
}

type Mapper = ReturnType<typeof readMapper>;

/** The resource mapper is read as it is saved: it holds texts of the server, which are no expressions. */
function readMapper(context: IExecuteFunctions) {
  const saved: unknown = context.getNode().parameters[FORM_FIELDS.name];
  const mapper: IDataObject = isObject(saved) ? saved : {};
  const fields = objectsIn(mapper.schema) as unknown as MapperField[];
  return {
    isAutomatic: mapper.mappingMode === 'autoMapInputData',
    allFields: fields,
    fields: fields.filter(({ removed }) => removed !== true).map(checkboxAsBoolean),
    convertsTypes: mapper.attemptToConvertTypes === true,
    /** Convert Fields to String: whether other values become text in a text field. */
    convertsToText: mapper.convertFieldsToString === true,
    timezone: context.getTimezone(),
  };
}

/** The panel shows a checkbox as a list. Its values are checked and converted like those of a switch. */
function checkboxAsBoolean(field: MapperField): MapperField {
  const isCheckbox = field.options?.some(({ value }) => value === true) === true;
  return isCheckbox ? { ...field, type: 'boolean', options: undefined } : field;
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
      "'Mapping Column Mode' cannot be 'Map Automatically' in a tool, since its caller gives fields of its own",
      "Choose 'Map Each Column Manually', and let the model fill in the fields.",
    );
  }
  if (fields.length === 0) {
    throw inputError(
      "'Values to Send' shows no field of a form, so nothing can be mapped automatically",
      "Refresh the fields in the node. If the process has no form at its start, choose another way than 'Map From Form', such as 'Define Below'.",
    );
  }
  const item = itemFields(context, itemIndex);
  return Object.fromEntries(fields.map(({ id }) => [id, readByPath(item, id)]));
}

function toData(given: IDataObject, mapper: Mapper): IDataObject {
  const data: IDataObject = {};
  const fields = new Map(mapper.fields.map((field) => [field.id, field]));
  for (const [id, value] of Object.entries(given)) {
    if (isEmpty(value)) continue;
    const field = fields.get(id);
    // A copy, into which further fields may be put. A date of an expression becomes text in it, as in JSON.
    const copy: unknown = deepCopy(value);
    const refusal = setByPath(data, id, field ? formValue(copy, field, mapper) : copy);
    if (refusal) throw inputError(refusal, `Leave one of them empty in '${FORM_FIELDS.displayName}'.`);
  }
  return data;
}

/** n8n would make a 0 of an empty text. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** The value of a form's field in the type that the form has for it, by n8n's own conversion. */
function formValue(value: unknown, field: MapperField, mapper: Mapper): unknown {
  if (field.type === undefined) return value;
  if (field.isList) return listValue(value, field);
  if (field.type === 'dateTime') return dateValue(value, field, mapper.timezone);
  if (field.type === 'options') {
    const isChosen = (one: unknown) =>
      one === value || (mapper.convertsTypes && String(one) === textOf(value));
    const chosen = field.options?.find((option) => isChosen(option.value));
    if (chosen) return chosen.value;
    throw refusal(value, field);
  }
  // n8n would make a number of a list that holds one.
  if (field.type === 'number' && typeof value === 'object') throw refusal(value, field);
  const checked = validateFieldType(field.id, value, field.type, {
    strict: !mapper.convertsTypes,
    parseStrings: mapper.convertsToText,
  });
  if (!checked.valid) throw refusal(value, field, mapper.convertsTypes);
  return checked.newValue;
}

/** A list, the JSON of one, or the values to choose, or their labels, separated by commas. */
function listValue(value: unknown, field: MapperField): unknown[] {
  const { choices = [] } = field;
  const chosen = (one: unknown) => {
    const text = textOf(one).trim();
    return (
      choices.find((choice) => String(choice.value) === text) ?? choices.find(({ name }) => name === text)
    );
  };
  const isJson = typeof value === 'string' && value.trim().startsWith('[');
  const parsed: unknown = isJson ? jsonParse(value, { fallbackValue: null }) : value;
  if (Array.isArray(parsed)) return parsed.map((one: unknown) => chosen(one)?.value ?? one);
  if (isJson || choices.length === 0) throw listRefusal(value, field);
  return textOf(value)
    .split(',')
    .filter((one) => one.trim() !== '')
    .map((one) => {
      const choice = chosen(one);
      if (choice) return choice.value;
      throw listRefusal(value, field);
    });
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function listRefusal(value: unknown, { displayName, choices = [] }: MapperField): ProcessMakerError {
  const values = choices.map((choice) => String(choice.value));
  return inputError(
    `'${displayName}' in '${FORM_FIELDS.displayName}' is "${shorten(textOf(value))}", which is not a list that the form takes`,
    values.length > 0
      ? `Give values of the form, separated by commas: ${listOf(values)}.`
      : 'Give a list as JSON, such as [{"column": "value"}].',
  );
}

const shorten = (text: string) => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

const listOf = (values: string[]) =>
  [...values.slice(0, 20), ...(values.length > 20 ? ['…'] : [])].join(', ');

/** @param isConverted whether n8n converts what it can, which then was not enough */
function refusal(
  value: unknown,
  { displayName, type, options = [] }: MapperField,
  isConverted = true,
): ProcessMakerError {
  const shown = shorten(textOf(value));
  const what = `'${displayName}' in '${FORM_FIELDS.displayName}' is "${shown}", which is not`;
  if (type !== 'options') {
    return inputError(
      `${what} of the type ${type}`,
      isConverted
        ? `Give a ${type}.`
        : "Change the value, or switch on 'Attempt To Convert Types' below the fields.",
    );
  }
  const choices = options.map((option) => String(option.value));
  return inputError(
    `${what} a valid option of the form`,
    `The form has: ${listOf(choices)}. If the form was changed, refresh the fields in the node.`,
  );
}
