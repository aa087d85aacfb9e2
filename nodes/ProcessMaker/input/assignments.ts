import {
  deepCopy,
  validateFieldType,
  type FieldType,
  type IDataObject,
  type IExecuteFunctions,
} from 'n8n-workflow';

import { setByPath } from '../api/forms/setByPath';
import { isObject } from '../guards';
import { inputError } from '../transport/processMakerError';

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
): IDataObject {
  const { assignments = [] } = context.getNodeParameter(list.name, itemIndex, {}) as {
    assignments?: Assignment[];
  };
  for (const { name, value, type } of assignments) {
    if (name.trim() === '') {
      throw inputError(`A field in '${list.displayName}' has no name`, 'Name it, or take it out.');
    }
    const refusal = setByPath(data, name.trim(), convert(name, value, type, list));
    if (refusal) throw inputError(refusal, `Change the names in '${list.displayName}'.`);
  }
  return data;
}

function convert(name: string, value: unknown, type: FieldType, list: AssignmentList): unknown {
  if (value === undefined || value === null) return null;
  const checked = validateFieldType(name, value, type, { parseStrings: true });
  // A copy: an object may be that of the input item, and further fields may be put into it.
  if (checked.valid) return copyOf(checked.newValue);
  throw inputError(
    `Field '${name}' in '${list.displayName}' is not of the type ${type}`,
    `${checked.errorMessage}. Change the value or the type of the field.`,
  );
}

/** A value that fields can be put into without changing the input item. */
export function copyOf(value: unknown): unknown {
  return isObject(value) || Array.isArray(value) ? deepCopy(value) : value;
}
