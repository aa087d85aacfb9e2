import {
  deepCopy,
  validateFieldType,
  type FieldType,
  type IDataObject,
  type IExecuteFunctions,
} from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import { isObject } from '../guards';
import { setByPath } from '../api/forms/setByPath';

/** One row of n8n's assignment list. */
interface Assignment {
  name: string;
  value: unknown;
  type: FieldType;
}

/** A parameter that holds n8n's assignment list. */
interface AssignmentList {
  name: string;
  displayName: string;
}

const FIELDS_TO_SEND: AssignmentList = { name: 'fields', displayName: 'Fields to Send' };

/**
 * The data that an assignment list of an item gives. Nothing is sent.
 *
 * @param list 'Fields to Send' unless told
 * @param data is given the fields, beside those that it holds
 * @returns no further fields when the list is empty
 */
export function readAssignments(
  context: IExecuteFunctions,
  itemIndex: number,
  list = FIELDS_TO_SEND,
  data: IDataObject = {},
): Result<IDataObject> {
  const { assignments = [] } = context.getNodeParameter(list.name, itemIndex, {}) as {
    assignments?: Assignment[];
  };
  for (const { name, value, type } of assignments) {
    if (name.trim() === '') {
      return inputFailure(`A field in '${list.displayName}' has no name`, 'Name it, or take it out.');
    }
    const converted = convert(name, value, type, list);
    if (!converted.ok) return converted;
    const refusal = setByPath(data, name.trim(), converted.value);
    if (refusal) return inputFailure(refusal, `Change the names in '${list.displayName}'.`);
  }
  return { ok: true, value: data };
}

function convert(name: string, value: unknown, type: FieldType, list: AssignmentList): Result<unknown> {
  if (value === undefined || value === null) return { ok: true, value: null };
  const checked = validateFieldType(name, value, type, { parseStrings: true });
  // A copy: an object may be that of the input item, and further fields may be put into it.
  if (checked.valid) return { ok: true, value: copyOf(checked.newValue) };
  return inputFailure(
    `Field '${name}' in '${list.displayName}' is not of the type ${type}`,
    `${checked.errorMessage}. Change the value or the type of the field.`,
  );
}

/** A value that fields can be put into without changing the input item. */
export function copyOf(value: unknown): unknown {
  return isObject(value) || Array.isArray(value) ? deepCopy(value) : value;
}

/**
 * The data that the parameter 'JSON' of an item gives. Nothing is sent.
 *
 * @param advice what to enter
 */
export function readJsonData(
  context: IExecuteFunctions,
  itemIndex: number,
  advice: string,
): Result<IDataObject> {
  const value = context.getNodeParameter('jsonData', itemIndex) as unknown;
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
