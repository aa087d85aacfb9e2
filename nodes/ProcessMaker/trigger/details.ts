import type { IDataObject } from 'n8n-workflow';

import { isObject, objectsIn } from '../guards';
import { includesOf, readByIds } from '../api/requests/requests';
import { KEY_FIELD } from '../actions/request/start/keys';
import { listTasks } from '../api/tasks/tasks';
import type { Connection } from '../transport/connection';
import type { Result } from '../transport/failure';
import type { EventKind, Row } from './eventTypes';
import type { NewEvent } from './readNewEvents';

/** Tasks in one call. */
const PAGE_SIZE = 100;

/** What is needed of the Requests and Tasks of new events, beside their rows. */
export interface Details {
  includeData: boolean;
  ignoresN8n: boolean;
}

/**
 * Adds to new events what their lists do not show. Only what is new is read in full.
 *
 * @returns the events without those that are to be ignored; one whose Request or Task is gone keeps its row
 */
export async function addDetails(
  connection: Connection,
  events: NewEvent[],
  details: Details,
): Promise<Result<NewEvent[]>> {
  if (events.length === 0) return { ok: true, value: [] };
  const found = {
    requests: await readRequests(connection, idsOf(events, 'requests'), details),
    tasks: await readTasks(connection, idsOf(events, 'tasks'), details),
  };
  if (!found.requests.ok) return found.requests;
  if (!found.tasks.ok) return found.tasks;
  const rows = { requests: found.requests.value, tasks: found.tasks.value };
  const detailed = events.map((event) => {
    // What the event was found by counts, even when the Request has gone on since.
    const row = { ...rows[event.kind.list].get(event.row.id), ...event.row };
    return { event: { ...event, row: shown(row, details) }, isIgnored: details.ignoresN8n && isByN8n(row) };
  });
  return { ok: true, value: detailed.filter(({ isIgnored }) => !isIgnored).map(({ event }) => event) };
}

function idsOf(events: NewEvent[], list: EventKind['list']): number[] {
  return [...new Set(events.filter(({ kind }) => kind.list === list).map(({ row }) => row.id))];
}

async function readRequests(
  connection: Connection,
  ids: number[],
  { includeData, ignoresN8n }: Details,
): Promise<Result<Map<number, Row>>> {
  const includes = [...includesOf(includeData), ...(ignoresN8n ? ['summary'] : [])];
  return await readByIds(connection, ids, includes);
}

/** `GET /api/1.0/tasks?pmql=id IN […]&include=data`; Tasks bring all else along in their rows. */
async function readTasks(
  connection: Connection,
  ids: number[],
  { includeData, ignoresN8n }: Details,
): Promise<Result<Map<number, Row>>> {
  const found = new Map<number, Row>();
  if (!includeData && !ignoresN8n) return { ok: true, value: found };
  for (let from = 0; from < ids.length; from += PAGE_SIZE) {
    const pmql = `id IN [${ids.slice(from, from + PAGE_SIZE).join(',')}]`;
    const tasks = await listTasks(connection, { pmql, include: 'data', order_by: 'id' });
    if (!tasks.ok) return tasks;
    for (const task of tasks.value) found.set(task.id, task);
  }
  return { ok: true, value: found };
}

/**
 * Whether n8n has started the Request of a row, by the hidden key in its data. A sub-process inherits the key, and is
 * not meant.
 */
function isByN8n(row: IDataObject): boolean {
  const request = isObject(row.process_request) ? row.process_request : row;
  if (request.parent_request_id !== null && request.parent_request_id !== undefined) return false;
  if (isObject(row.data) && row.data[KEY_FIELD] !== undefined) return true;
  return objectsIn(row.summary).some(({ key }) => key === KEY_FIELD);
}

/** Without what was read only to decide whether the event is ignored. */
function shown({ data, summary, ...row }: Row, { includeData, ignoresN8n }: Details): Row {
  return {
    ...row,
    ...(data !== undefined && includeData && { data }),
    ...(summary !== undefined && !ignoresN8n && { summary }),
  };
}
