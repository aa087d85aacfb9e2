import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../guards';

/**
 * Lets texts that two objects have in the same place be one text in memory. Parsed answers each bring their own copy,
 * and in a run of very many most texts are those of the answer before.
 *
 * @param current is changed in place, and stays equal to what it was
 */
export function shareTexts(current: IDataObject, previous: IDataObject): void {
  for (const name of Object.keys(current)) {
    const [value, known] = [current[name], previous[name]];
    if (typeof value === 'string') {
      if (value === known) current[name] = known;
    } else if (isObject(value) && isObject(known)) shareTexts(value, known);
  }
}
