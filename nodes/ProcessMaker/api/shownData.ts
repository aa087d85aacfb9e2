import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../guards';

/** Of names in the data of Requests: what the nodes themselves have put there. */
const OWN_PREFIX = '_n8n';

/** Of n8n's URL that wakes an execution, with the nodes' own mark of the round; also as HTML, where `&` is `&amp;`. */
const MARK = /[?&;]wait=/;
const SIGNATURE = /([?&;]signature=)[^&#\s"'<>]+/g;

/**
 * A Request or a Task, with its data as it may be shown: Tasks see the hidden variables of their Request, and whoever
 * has the URL of an execution that sleeps can wake it. The engine's errors may quote the URL that a script has called.
 */
export function withShownData<T extends IDataObject>(row: T): T {
  const names = ['data', 'errors'].filter((name) => name in row);
  if (names.length === 0) return row;
  return { ...row, ...Object.fromEntries(names.map((name) => [name, shown(row[name])])) };
}

/** A text of ProcessMaker's without the secret of the URL of an execution that sleeps. */
export function withoutSignature(text: string): string {
  return MARK.test(text) ? text.replace(SIGNATURE, '$1***') : text;
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return withoutSignature(value);
  if (Array.isArray(value)) return value.map(shown);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([name]) => !name.startsWith(OWN_PREFIX));
  return Object.fromEntries(entries.map(([name, one]) => [name, shown(one)]));
}
