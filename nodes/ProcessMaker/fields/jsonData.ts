import type { IExecuteFunctions } from 'n8n-workflow';

import { isObject, messageOf } from '../guards';
import { inputError } from '../transport/processMakerError';
import { kindOf } from './parameters';

/** The data of an item that is given as JSON. @param advice for what is not a JSON object */
export function readJsonData(context: IExecuteFunctions, itemIndex: number, label: string, advice: string) {
  let data: unknown = context.getNodeParameter('jsonData', itemIndex);
  if (typeof data === 'string') {
    if (data.trim() === '') throw inputError(`'${label}' is empty`, advice);
    try {
      data = JSON.parse(data);
    } catch (error) {
      throw inputError(`'${label}' holds text that is not valid JSON (${messageOf(error)})`, advice);
    }
  }
  if (isObject(data)) return data;
  throw inputError(`'${label}' holds ${kindOf(data)} and not a JSON object`, advice);
}

/** PHP's JSON reader gives up below this depth, and ProcessMaker would start the Request with empty data. */
const MAX_DEPTH = 500;
const INT64_LIMIT = 2 ** 63;

/** Ways in which ProcessMaker stores something else than it is sent; each is a sentence for the user. */
export const SERVER_CHANGES = {
  trimmed: 'spaces at the beginning and end of a text are cut off',
  emptied: 'an empty text becomes null',
  blank: 'a text of nothing but spaces becomes null',
  tags: 'HTML tags are taken out of a text',
  mustache: 'the braces of {{ }} are taken out of a text',
  emptyObject: 'an empty object becomes an empty list',
  list: 'an object whose keys count up from 0 becomes a list',
  bigInteger: 'a whole number beyond 64 bit loses digits',
  unsafeInteger:
    'a whole number beyond 9007199254740991 may have lost digits before it came here; send it as text',
} as const;

export type ServerChange = keyof typeof SERVER_CHANGES;

/** The calls that send data. Of a start and an event it is the whole body, of the others a field of it. */
export type DataCall = 'start' | 'event' | 'update' | 'task';

/** What some of these calls keep as it is. */
export const KEPT: Partial<Record<DataCall, ServerChange[]>> = {
  update: ['tags', 'mustache'],
  task: ['trimmed', 'emptied', 'blank'],
};

const PADDING = /^[\s\u200B\u200E\0]$/;

/** What ProcessMaker makes of a text where it trims texts: null of one that is empty then. */
export function trimmedText(text: string): string | null {
  let [from, to] = [0, text.length];
  while (from < to && PADDING.test(text.charAt(from))) from++;
  while (from < to && PADDING.test(text.charAt(to - 1))) to--;
  return text.slice(from, to) || null;
}

type OnChange = (change: ServerChange, path: string) => void;

/** What cannot be sent, as a sentence; undefined when there is nothing. */
type Finding = string | undefined;

/**
 * What JSON, or ProcessMaker's reader of it, cannot hold of a value; `path` and `ancestors` are for the recursion.
 *
 * @param onChange is called for each value that the server will store in another form
 */
export function findUnsendable(
  value: unknown,
  onChange: OnChange,
  path = '',
  ancestors: object[] = [],
): Finding {
  if (typeof value === 'string') return checkText(value, onChange, path);
  if (typeof value === 'number') return checkNumber(value, onChange, path);
  if (value === null || value === undefined || typeof value === 'boolean') return undefined;
  if (typeof value !== 'object') return `${nameOf(path)} is a ${typeof value}, which JSON cannot hold`;
  if (ancestors.includes(value)) return `${nameOf(path)} contains itself, which JSON cannot hold`;
  if (ancestors.length >= MAX_DEPTH) return `${nameOf(path)} is nested more than ${MAX_DEPTH} levels deep`;
  let json: unknown = value;
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    json = (value as { toJSON: () => unknown }).toJSON();
    if (json === null || json === undefined) return `${nameOf(path)} has no JSON form, as an invalid date`;
  }
  ancestors.push(value);
  let found: Finding;
  if (json !== value) found = findUnsendable(json, onChange, path, ancestors);
  else if (Array.isArray(value)) found = findInList(value, onChange, path, ancestors);
  else found = findInFields(value, onChange, path, ancestors);
  ancestors.pop();
  return found;
}

function findInList(list: unknown[], onChange: OnChange, path: string, ancestors: object[]): Finding {
  for (let index = 0; index < list.length; index++) {
    const at = `${path}[${index}]`;
    if (list[index] === undefined) return `${nameOf(at)} is not defined`;
    const found = findUnsendable(list[index], onChange, at, ancestors);
    if (found) return found;
  }
  return undefined;
}

function findInFields(object: object, onChange: OnChange, path: string, ancestors: object[]): Finding {
  const kind = Object.prototype.toString.call(object).slice(8, -1);
  if (kind !== 'Object') return `${nameOf(path)} is a ${kind}, which JSON cannot hold`;
  const keys = Object.keys(object);
  if (keys.length === 0) {
    if (path !== '') onChange('emptyObject', path);
  } else if (keys.at(-1) === String(keys.length - 1)) {
    // JavaScript puts whole numbers first, in order: such a last key shows that the keys count up from 0.
    onChange('list', path);
  }
  for (const key of keys) {
    if (!key.isWellFormed()) return `The name of a field in ${nameOf(path)} holds half of a character`;
    const field = (object as Record<string, unknown>)[key];
    const found = findUnsendable(field, onChange, path === '' ? key : `${path}.${key}`, ancestors);
    if (found) return found;
  }
  return undefined;
}

function checkText(text: string, onChange: OnChange, path: string): Finding {
  if (!text.isWellFormed()) return `${nameOf(path)} holds half of a character (a lone UTF-16 surrogate)`;
  const trimmed = trimmedText(text);
  if (trimmed === null) onChange(text === '' ? 'emptied' : 'blank', path);
  else if (trimmed !== text) onChange('trimmed', path);
  if (/<[a-z!/?]/i.test(text)) onChange('tags', path);
  if (/\{\{.*\}\}/s.test(text)) onChange('mustache', path);
  return undefined;
}

function checkNumber(number: number, onChange: OnChange, path: string): Finding {
  if (!Number.isFinite(number)) return `${nameOf(path)} is ${number}, which JSON cannot hold`;
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
    onChange(Math.abs(number) >= INT64_LIMIT ? 'bigInteger' : 'unsafeInteger', path);
  }
  return undefined;
}

function nameOf(path: string): string {
  return path === '' ? 'The data' : `Field '${path}'`;
}
