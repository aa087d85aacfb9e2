import type { IDataObject } from 'n8n-workflow';

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
