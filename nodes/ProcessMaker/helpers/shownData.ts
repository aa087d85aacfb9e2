import type { IDataObject } from 'n8n-workflow';

import { isObject } from './guards';

/** Of names in the data of Requests: what the nodes themselves have put there. */
const OWN_PREFIX = '_n8n';

/** Of n8n's URL that wakes an execution, with the nodes' own mark of the round. */
const MARK = /[?&]wait=/;
const SIGNATURE = /([?&]signature=)[^&#\s"'<>]+/g;

/**
 * A Request or a Task, with its data as it may be shown: Tasks see the hidden variables of their Request, and whoever
 * has the URL of an execution that sleeps can wake it.
 */
export function withShownData<T extends IDataObject>(row: T): T {
  return 'data' in row ? { ...row, data: shown(row.data) } : row;
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return MARK.test(value) ? value.replace(SIGNATURE, '$1***') : value;
  if (Array.isArray(value)) return value.map(shown);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([name]) => !name.startsWith(OWN_PREFIX));
  return Object.fromEntries(entries.map(([name, one]) => [name, shown(one)]));
}
