import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import { readList } from '../../transport/pagination';
import { apiPath } from '../../transport/request';
import { isObject } from '../../guards';
import { isUsablePath, type FormField } from './field';

const REQUESTS = 10;
const MAX_DEPTH = 3;

/**
 * What the data of the latest Requests of a process holds: `GET /api/1.0/requests?pmql=process_id = …&include=data`.
 *
 * @returns a field for each value, its type taken from the latest Request that has one
 */
export async function readLatestData(
  connection: Connection,
  processId: number,
): Promise<Result<FormField[]>> {
  const list = await readList(connection, {
    path: apiPath('1.0', 'requests'),
    qs: { pmql: `process_id = ${processId}`, include: 'data', order_by: 'id', order_direction: 'desc' },
    limit: REQUESTS,
  });
  if (!list.ok) return list;
  const values = new Map<string, unknown>();
  for (const { data } of list.value) {
    // Data without any field is an empty list.
    if (isObject(data)) collect(data, [], values);
  }
  const paths = [...values.keys()];
  const isParent = (path: string) => paths.some((other) => other.startsWith(`${path}.`));
  return {
    ok: true,
    value: paths
      .filter((path) => values.get(path) !== null || !isParent(path))
      .map((path) => ({ path, label: path, ...typeOf(values.get(path)) })),
  };
}

/** @param values those of later Requests; what is there, and not null, stays */
function collect(data: IDataObject, above: string[], values: Map<string, unknown>): void {
  for (const [name, value] of Object.entries(data)) {
    // ProcessMaker's own values begin with an underscore. A dot in a name is none of a path.
    if (name.startsWith('_') || /[.[\]]/.test(name) || !isUsablePath(name)) continue;
    const keys = [...above, name];
    const path = keys.join('.');
    if (isObject(value) && keys.length < MAX_DEPTH) collect(value, keys, values);
    else if ((values.get(path) ?? null) === null) values.set(path, value);
  }
}

function typeOf(value: unknown): Omit<FormField, 'path' | 'label'> {
  if (typeof value === 'number') return { type: 'number' };
  if (typeof value === 'boolean') return { type: 'boolean', initially: null };
  if (Array.isArray(value)) return { type: 'array' };
  if (isObject(value)) return { type: 'object' };
  if (typeof value !== 'string') return { type: 'string' };
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return { type: 'dateTime', dateOnly: true };
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(value)
    ? { type: 'dateTime' }
    : { type: 'string' };
}
