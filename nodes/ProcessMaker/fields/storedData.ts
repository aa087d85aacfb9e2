import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../guards';
import { findUnsendable, type ServerChange, trimmedText } from './jsonData';

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

/** ProcessMaker does not show the fields of a Request that begin with an underscore. */
export const isHidden = (name: string) => name.startsWith('_');

/** What is stored in a form that is not known exactly. */
const NOT_KNOWN: ServerChange[] = ['tags', 'mustache', 'unsafeInteger', 'bigInteger'];

/** The fields of which the data of a Request shows whether they have arrived. */
export function visibleFields(data: IDataObject): IDataObject {
  const shown = Object.entries(data).filter(([name, value]) => {
    let isKnown = !isHidden(name) && value !== undefined;
    findUnsendable(value, (change) => (isKnown &&= !NOT_KNOWN.includes(change)), name);
    return isKnown;
  });
  return Object.fromEntries(shown);
}

/** A text that is the same for all values of which ProcessMaker makes the same, where it does not trim texts. */
export function storedForm(value: unknown): string {
  const fields = fieldsOf(value);
  if (!fields) return JSON.stringify(value) ?? '';
  const sorted = [...fields].sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([name, field]) => `${JSON.stringify(name)}:${storedForm(field)}`).join()}}`;
}

/** The data of a Request; empty data comes as a list. */
export const dataOf = ({ data }: IDataObject): IDataObject => (isObject(data) ? data : {});
