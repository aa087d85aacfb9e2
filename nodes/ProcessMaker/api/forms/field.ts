import {
  type FieldType,
  type IDataObject,
  type INodePropertyOptions,
  isSafeObjectProperty,
  type ResourceMapperField,
} from 'n8n-workflow';

/** Far above any form; keeps a mistyped index from making a giant list. */
const MAX_INDEX = 999;

/**
 * Puts a value at a path in dot notation, such as `customer.name` or `lines[0].price`, and makes the objects and
 * lists on the way.
 *
 * @returns why it cannot be put there, as a sentence, or undefined when it was
 */
export function setByPath(target: IDataObject, path: string, value: unknown): string | undefined {
  const keys = path.replace(/\[(\d+)\]/g, '.$1').split('.');
  const isSafe = keys.every((key) => key !== '' && isSafeObjectProperty(key));
  if (!isSafe) return `'${path}' cannot be the name of a field`;

  let container: unknown = target;
  for (const [depth, key] of keys.entries()) {
    if (typeof container !== 'object' || container === null) {
      return `Field '${path}' cannot be set, since another field gives '${keys.slice(0, depth).join('.')}' a plain value`;
    }
    if (Array.isArray(container) && !(/^\d+$/.test(key) && Number(key) <= MAX_INDEX)) {
      return `Field '${path}' cannot be set, since '${keys.slice(0, depth).join('.')}' is a list`;
    }
    const fields = container as Record<string, unknown>;
    const next = keys[depth + 1];
    if (next === undefined) {
      if (Object.hasOwn(fields, key)) return `Field '${path}' is given twice`;
      fields[key] = value;
    } else {
      if (!Object.hasOwn(fields, key)) fields[key] = /^\d+$/.test(next) ? [] : {};
      container = fields[key];
    }
  }
  return undefined;
}

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

/** The type of values in one of ProcessMaker's data formats; text unless it is known to be something else. */
export function typeOfFormat(format: string): Pick<FormField, 'type' | 'dateOnly'> {
  if (/^(?:int|float|currency|percentage)$/.test(format)) return { type: 'number' };
  if (format === 'date') return { type: 'dateTime', dateOnly: true };
  if (format === 'datetime') return { type: 'dateTime' };
  if (format === 'boolean' || format === 'array' || format === 'object') return { type: format };
  return { type: 'string' };
}
