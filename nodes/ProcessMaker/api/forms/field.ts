import type { FieldType, INodePropertyOptions, ResourceMapperField } from 'n8n-workflow';

import { setByPath } from './setByPath';

/** A field of a form, or another value that the data of a process is known to hold. */
export interface FormField {
  /** Its path in the data, e.g. `orderId` or `customer.name`. */
  path: string;
  /** What people read beside it. */
  label: string;
  type: FieldType;
  /** A date without a time. */
  dateOnly?: boolean;
  required?: boolean;
  /** The values to choose from. */
  options?: INodePropertyOptions[];
  /** What the editor fills in; unless told, false for a boolean and nothing for others. */
  initially?: boolean | null;
}

/** A field in the schema of n8n's resource mapper, which n8n keeps with the node. */
export interface MapperField extends ResourceMapperField {
  /** ProcessMaker keeps such a date as `2026-11-24`, and any other as a point in time. */
  dateOnly?: true;
}

/** @param removed whether the editor offers it under "Add field" instead of showing it at once */
export function toMapperField(field: FormField, removed: boolean): MapperField {
  const { path, label, type, dateOnly, required = false, options, initially } = field;
  return {
    id: path,
    displayName: label === path ? label : `${label} (${path})`,
    required,
    defaultMatch: false,
    canBeUsedToMatch: false,
    display: true,
    type,
    ...(removed && { removed }),
    ...(dateOnly && { dateOnly }),
    ...(options && { options }),
    ...(initially !== undefined && { defaultValue: initially }),
  };
}

/** Whether a value can be put there: `a..b` leads nowhere in the data, and n8n cannot keep a value for a name with quotes. */
export function isUsablePath(path: string): boolean {
  return !path.includes('"') && setByPath({}, path, null) === undefined;
}

const TYPES: Record<string, Pick<FormField, 'type' | 'dateOnly'>> = {
  int: { type: 'number' },
  float: { type: 'number' },
  currency: { type: 'number' },
  percentage: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'dateTime', dateOnly: true },
  datetime: { type: 'dateTime' },
  array: { type: 'array' },
  object: { type: 'object' },
};

/** The type that ProcessMaker's data format stands for; text unless it is known to be something else. */
export function typeOfFormat(format: string): Pick<FormField, 'type' | 'dateOnly'> {
  return TYPES[format] ?? { type: 'string' };
}
