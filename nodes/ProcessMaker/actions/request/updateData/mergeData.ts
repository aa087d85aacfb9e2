import type { IDataObject } from 'n8n-workflow';

import { trimmedText } from '../../../fields/jsonData';
import { isObject } from '../../../guards';

/** Merges objects field by field, however deep; everything else, lists too, takes the place of what was there. */
export function mergeDeep(base: IDataObject, changes: IDataObject): IDataObject {
  const merged = new Map<string, IDataObject[string]>(Object.entries(base));
  for (const [name, value] of Object.entries(changes)) {
    const before = merged.get(name);
    merged.set(name, isObject(before) && isObject(value) ? mergeDeep(before, value) : value);
  }
  return Object.fromEntries(merged);
}

/** Whether an object has these fields with these values. */
export function hasFields(data: IDataObject, fields: IDataObject): boolean {
  return Object.entries(fields).every(([name, value]) => isSame(data[name], value));
}

/**
 * Whether a stored value is what ProcessMaker makes of a given one: texts are trimmed and empty ones null, fields have no
 * order, and an empty object is a list.
 */
function isSame(stored: unknown, given: unknown): boolean {
  const [a, b] = [stored, given].map(fieldsOf);
  if (a === undefined || b === undefined) {
    return stored === given || (typeof given === 'string' && stored === trimmedText(given));
  }
  return a.size === b.size && [...a].every(([name, value]) => b.has(name) && isSame(value, b.get(name)));
}

function fieldsOf(value: unknown): Map<string, unknown> | undefined {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value))
    : undefined;
}
