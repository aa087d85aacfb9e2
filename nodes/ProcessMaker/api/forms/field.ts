import type { FieldType, INodePropertyOptions } from 'n8n-workflow';

import { setByPath } from '../../guards';

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
  /** What the editor fills in; by default, false for a boolean and nothing for others. */
  initially?: boolean | null;
}

/** One field of each path, the first. */
export function unique<T extends { path: string }>(fields: T[]): T[] {
  const paths = new Set<string>();
  return fields.filter(({ path }) => !paths.has(path) && paths.add(path));
}

/** Whether a value can be put there: `a..b` leads nowhere in the data, and n8n cannot keep a value for a name with quotes. */
export function isUsablePath(path: string): boolean {
  return !path.includes('"') && setByPath({}, path, null) === undefined;
}

/** The type of values in one of ProcessMaker's data formats; text unless it is known to be something else. */
export function typeOfFormat(format: string): Pick<FormField, 'type' | 'dateOnly'> {
  if (/^(?:int|float|currency|percentage)$/.test(format)) return { type: 'number' };
  if (format === 'date') return { type: 'dateTime', dateOnly: true };
  if (format === 'datetime') return { type: 'dateTime' };
  if (format === 'boolean' || format === 'array' || format === 'object') return { type: format };
  return { type: 'string' };
}
