import { type IDataObject, isSafeObjectProperty } from 'n8n-workflow';

/** Whether a value is an object that is no list. */
export function isObject(value: unknown): value is IDataObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects in a value that should be a list of them; none when it is no list. */
export function objectsIn(value: unknown): IDataObject[] {
  return Array.isArray(value) ? (value as unknown[]).filter(isObject) : [];
}

/** A value that should be text, or a number to be shown as text; empty when it is neither. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** An id as ProcessMaker counts them: a whole number from 1. */
export function parseId(text: string): number | undefined {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

/** What something that was thrown says of itself. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Text as people compare it: without its case, and with one space between words. */
const fold = (text: string) => text.trim().replace(/\s+/g, ' ').toLowerCase();

/** The name that somebody may have meant: one that has the text in it, or is a few characters away. */
export function closestName(text: string, names: string[]): string | undefined {
  const wanted = fold(text);
  const ranked = names
    .map((name) => ({ name, distance: distanceBetween(wanted, fold(name)) }))
    .sort((one, other) => one.distance - other.distance);
  const [nearest] = ranked;
  if (wanted === '' || !nearest) return undefined;
  if (nearest.distance <= Math.max(1, Math.floor(wanted.length / 4))) return nearest.name;
  const containing = names.filter((name) => wanted.length > 3 && fold(name).includes(wanted));
  return containing.length === 1 ? containing[0] : undefined;
}

/** A longer text is no name that was typed, and would take long to compare. */
const MAX_NAME_LENGTH = 100;

/** How many characters have to be put in, taken out or replaced (Levenshtein). */
function distanceBetween(one: string, other: string): number {
  if (one.length > MAX_NAME_LENGTH || other.length > MAX_NAME_LENGTH) return one === other ? 0 : Infinity;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = Number(row[j - 1]) + Number(one[i - 1] !== other[j - 1]);
      next.push(Math.min(replaced, Number(row[j]) + 1, Number(next[j - 1]) + 1));
    }
    row = next;
  }
  return Number(row.at(-1));
}

/** Adds a value to the list under a key. */
export function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Whether a value is an object with an id and a status, as Requests and Tasks are. */
export function hasIdAndStatus<T extends IDataObject>(value: unknown): value is T {
  const { id, status } = isObject(value) ? value : {};
  return Number.isSafeInteger(id) && Number(id) > 0 && typeof status === 'string';
}

/** Far above any form; keeps a mistyped index from making a giant list. */
const MAX_INDEX = 999;

/** Puts a value at a path such as `customer.name` or `lines[0].price`. @returns why it cannot be put there, if so */
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

/** A field with that very name, or the one to which its dots lead. */
export function readByPath(item: IDataObject, path: string): IDataObject[string] {
  if (Object.hasOwn(item, path)) return item[path];
  let value: unknown = item;
  for (const key of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value as IDataObject[string];
}
