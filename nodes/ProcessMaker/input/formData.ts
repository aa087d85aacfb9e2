import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import type { MapperField } from '../api/forms/field';
import { formValue, isEmpty, type Conversion } from './formValue';
import { copyOf, readAssignments } from './givenData';
import { isObject, objectsIn } from '../guards';
import { setByPath } from '../api/forms/setByPath';
import { isTool } from './tool';

export const FORM_FIELDS = { name: 'formFields', displayName: 'Form Fields' };
export const ADDITIONAL_FIELDS = { name: 'additionalFields', displayName: 'Additional Fields' };

/** What n8n's resource mapper holds, as far as it is used. */
interface Mapper extends Conversion {
  isAutomatic: boolean;
  /** The fields that the editor shows. */
  fields: MapperField[];
}

/**
 * The data that 'Form Fields' and 'Additional Fields' of an item give. Nothing is sent.
 *
 * @returns the fields that have a value; none when nothing is given
 */
export function readFormData(context: IExecuteFunctions, itemIndex: number): Result<IDataObject> {
  const mapper = readMapper(context);
  const values = mapper.isAutomatic
    ? fromItem(context, itemIndex, mapper)
    : fromParameter(context, itemIndex);
  if (!values.ok) return values;
  const given = values.value;
  const missing = mapper.fields.filter(({ id, required }) => required && isEmpty(given[id]));
  if (missing.length > 0) return missingFailure(missing);

  const data = toData(given, mapper);
  return data.ok ? readAssignments(context, itemIndex, ADDITIONAL_FIELDS, data.value) : data;
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

function fromParameter(context: IExecuteFunctions, itemIndex: number): Result<IDataObject> {
  const name = `${FORM_FIELDS.name}.value`;
  // n8n's own check would take an empty text for the number 0.
  const values: unknown = context.getNodeParameter(name, itemIndex, {}, { skipValidation: true });
  return { ok: true, value: isObject(values) ? values : {} };
}

/** The fields of the item that are named like one of the form. */
function fromItem(context: IExecuteFunctions, itemIndex: number, { fields }: Mapper): Result<IDataObject> {
  if (isTool(context)) {
    return inputFailure(
      "'Form Fields' cannot be mapped automatically in an AI tool, since the agent gives fields of its own",
      'Map each field by hand and let the model fill it.',
    );
  }
  if (fields.length === 0) {
    return inputFailure(
      "The fields of the form are not known, so nothing can be mapped automatically in 'Form Fields'",
      "Open the node and let it load the fields, or give the data in another way than 'Map From Form'.",
    );
  }
  const item = context.getInputData()[itemIndex]?.json ?? {};
  return { ok: true, value: Object.fromEntries(fields.map(({ id }) => [id, readByPath(item, id)])) };
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

function toData(given: IDataObject, mapper: Mapper): Result<IDataObject> {
  const data: IDataObject = {};
  const fields = new Map(mapper.fields.map((field) => [field.id, field]));
  for (const [id, value] of Object.entries(given)) {
    if (isEmpty(value)) continue;
    const field = fields.get(id);
    const converted = field ? formValue(value, field, mapper) : { ok: true as const, value };
    if (!converted.ok) return converted;
    const refusal = setByPath(data, id, copyOf(converted.value));
    if (refusal) return inputFailure(refusal, "Leave one of them empty in 'Form Fields'.");
  }
  return { ok: true, value: data };
}

function missingFailure(missing: MapperField[]): Result<never> {
  const labels = missing.map(({ displayName }) => `'${displayName}'`).join(', ');
  const [are, have, them] = missing.length === 1 ? ['is', 'has', 'it'] : ['are', 'have', 'them'];
  return inputFailure(
    `${labels} ${are} required by the form and ${have} no value`,
    `Give ${them} a value in 'Form Fields'.`,
  );
}
