import { serverError } from '../http/errors';
import type { Json, JsonObject } from '../types';

/** As PHP reads JSON: an empty object and one with the keys 0, 1, 2… are lists. */
export function asPhpValue(value: Json): Json {
  if (Array.isArray(value)) return value.map(asPhpValue);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [key, asPhpValue(item)]);
  if (entries.every(([key], index) => key === String(index))) return entries.map(([, item]) => item);
  return Object.fromEntries(entries);
}

/** What PHP's `empty` says of a value. */
export function isEmptyInPhp(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === '0') return true;
  return typeof value === 'object' ? Object.keys(value).length === 0 : !value;
}

/** The text that the database keeps: keys ordered by length, then by their bytes. A number that is too large breaks it. */
export function toStoredJson(value: Json): string {
  return JSON.stringify(ordered(value));
}

function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value === 'number' && !Number.isFinite(value)) throw serverError();
  if (value === null || typeof value !== 'object') return value;
  const keys = Object.keys(value).sort(
    (left, right) =>
      Buffer.byteLength(left) - Buffer.byteLength(right) ||
      Buffer.compare(Buffer.from(left), Buffer.from(right)),
  );
  return Object.fromEntries(keys.map((key) => [key, ordered(value[key] ?? null)]));
}

/** Data as the API shows it: keys that begin with an underscore are hidden. */
export function visibleData(data: JsonObject): Json {
  return asPhpValue(Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith('_'))));
}

/** The text that the database gives for a JSON list or object, with blanks after commas and colons. */
export function toMysqlText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(toMysqlText).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${toMysqlText(item)}`);
  return `{${members.join(', ')}}`;
}
