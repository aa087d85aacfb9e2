import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { isObject } from '../guards';
import { inputError, type ProcessMakerError } from '../transport/processMakerError';

/**
 * The data that the parameter 'JSON' of an item gives. Nothing is sent.
 *
 * @param advice what to enter
 */
export function readJsonData(context: IExecuteFunctions, itemIndex: number, advice: string): IDataObject {
  const value = context.getNodeParameter('jsonData', itemIndex) as unknown;
  const data = typeof value === 'string' ? parseJson(value, advice) : value;
  if (!isObject(data)) throw inputError(`'JSON' holds ${kindOf(data)} and not a JSON object`, advice);
  return data;
}

function parseJson(text: string, advice: string): unknown {
  if (text.trim() === '') throw inputError("'JSON' is empty", advice);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidJson(error, advice);
  }
}

function invalidJson(thrown: unknown, advice: string): ProcessMakerError {
  const reason = thrown instanceof Error ? ` (${thrown.message})` : '';
  return inputError(`'JSON' holds text that is not valid JSON${reason}`, advice);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'no value';
  return `a ${typeof value}`;
}

/** PHP's JSON reader gives up below this depth, and ProcessMaker would start the Request with empty data. */
const MAX_DEPTH = 500;
const INT64_LIMIT = 2 ** 63;

/** Ways in which ProcessMaker stores something else than it is sent; each is a sentence for the user. */
export const SERVER_CHANGES = {
  trimmed: 'spaces at the beginning and end of a text are cut off',
  emptied: 'an empty text becomes null',
  tags: 'HTML tags are taken out of a text',
  mustache: 'the braces of {{ }} are taken out of a text',
  emptyObject: 'an empty object becomes an empty list',
  list: 'an object whose keys count up from 0 becomes a list',
  bigInteger: 'a whole number beyond 64 bit loses digits',
  unsafeInteger:
    'a whole number beyond 9007199254740991 may have lost digits before it came here; send it as text',
} as const;

export type ServerChange = keyof typeof SERVER_CHANGES;

/**
 * Looks through a value that is to be sent as JSON.
 *
 * @param onChange is told of each value that the server will store in another form, with its path
 * @returns what JSON, or ProcessMaker's reader of it, cannot hold, as a sentence; undefined when there is nothing
 */
export function findUnsendable(
  value: unknown,
  onChange: (change: ServerChange, path: string) => void,
): string | undefined {
  const ancestors: object[] = [];

  function visit(current: unknown, path: string): string | undefined {
    if (current === null || current === undefined || typeof current === 'boolean') return undefined;
    if (typeof current === 'string') return visitText(current, path);
    if (typeof current === 'number') return visitNumber(current, path);
    if (typeof current === 'object') return visitObject(current, path);
    return `${nameOf(path)} is a ${typeof current}, which JSON cannot hold`;
  }

  function visitNumber(number: number, path: string): string | undefined {
    if (!Number.isFinite(number)) return `${nameOf(path)} is ${number}, which JSON cannot hold`;
    if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
      onChange(Math.abs(number) >= INT64_LIMIT ? 'bigInteger' : 'unsafeInteger', path);
    }
    return undefined;
  }

  function visitText(text: string, path: string): string | undefined {
    if (!text.isWellFormed()) return `${nameOf(path)} holds half of a character (a lone UTF-16 surrogate)`;
    if (text === '') onChange('emptied', path);
    else if (text !== text.trim()) onChange('trimmed', path);
    if (/<[a-z!/?]/i.test(text)) onChange('tags', path);
    if (/\{\{.*\}\}/s.test(text)) onChange('mustache', path);
    return undefined;
  }

  function visitObject(object: object, path: string): string | undefined {
    if (ancestors.includes(object)) return `${nameOf(path)} contains itself, which JSON cannot hold`;
    if (ancestors.length >= MAX_DEPTH) return `${nameOf(path)} is nested more than ${MAX_DEPTH} levels deep`;
    ancestors.push(object);
    const found = visitMembers(object, path);
    ancestors.pop();
    return found;
  }

  function visitMembers(object: object, path: string): string | undefined {
    if ('toJSON' in object && typeof object.toJSON === 'function') {
      const json = (object as { toJSON: () => unknown }).toJSON();
      if (json === null || json === undefined) return `${nameOf(path)} has no JSON form, as an invalid date`;
      if (json !== object) return visit(json, path);
    }
    return Array.isArray(object) ? visitList(object, path) : visitFields(object, path);
  }

  function visitList(list: unknown[], path: string): string | undefined {
    for (let index = 0; index < list.length; index++) {
      const at = `${path}[${index}]`;
      const found = list[index] === undefined ? `${nameOf(at)} is not defined` : visit(list[index], at);
      if (found) return found;
    }
    return undefined;
  }

  function visitFields(object: object, path: string): string | undefined {
    const kind = Object.prototype.toString.call(object).slice(8, -1);
    if (kind !== 'Object') return `${nameOf(path)} is a ${kind}, which JSON cannot hold`;
    const entries = Object.entries(object);
    if (entries.length === 0) {
      if (path !== '') onChange('emptyObject', path);
    } else if (entries.every(([key], index) => key === String(index))) {
      onChange('list', path);
    }
    for (const [key, field] of entries) {
      if (!key.isWellFormed()) return `The name of a field in ${nameOf(path)} holds half of a character`;
      const found = visit(field, path === '' ? key : `${path}.${key}`);
      if (found) return found;
    }
    return undefined;
  }

  return visit(value, '');
}

function nameOf(path: string): string {
  return path === '' ? 'The data' : `Field '${path}'`;
}
