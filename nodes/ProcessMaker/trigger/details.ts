import { type Batch, valueIn } from '../api/lists';
import { KEY_FIELD } from '../api/requests/hiddenKey';
import { includesOf, readByIds, readRequest } from '../api/requests/requests';
import { readTask, readTasksByIds } from '../api/tasks/tasks';
import { isObject, objectsIn } from '../guards';
import type { Connection } from '../transport/connection';
import { explained, isKind } from '../transport/processMakerError';
import type { EventType, Row } from './eventTypes';
import type { NewEvent } from './readNewEvents';

/** What is needed of the Requests and Tasks of new events, beside their rows. */
export interface Details {
  includeData: boolean;
  ignoresN8n: boolean;
}

/**
 * Adds to events what their lists do not show. Only what is new is read in full.
 *
 * @returns the events without those that are to be ignored; one whose Request or Task is gone keeps its row
 * @throws ProcessMakerError when one of them cannot be read
 */
export async function addDetails(
  connection: Connection,
  events: NewEvent[],
  { includeData, ignoresN8n }: Details,
): Promise<NewEvent[]> {
  const includes = [...includesOf(includeData), ...(ignoresN8n ? ['summary'] : [])];
  const requests = await readAll(
    idsOf(events, 'requests'),
    async (ids) => await readByIds(connection, ids, includes),
    async (id) => await readRequest(connection, id, includes),
  );
  // Beside the data, a list shows all of a Task.
  const tasks = await readAll(
    includeData || ignoresN8n ? idsOf(events, 'tasks') : [],
    async (ids) => await readTasksByIds(connection, ids, ['data']),
    async (id) => await readTask(connection, id, ['data']),
  );
  const rows = { requests, tasks };
  return events.flatMap((event) => {
    // What the event was found by counts, even when the Request has gone on since.
    const { summary, ...row }: Row = { ...rows[event.type.list].get(event.row.id), ...event.row };
    if (ignoresN8n && isByN8n(row, summary)) return [];
    // Of Tasks, the data is read for that as well.
    if (!includeData) delete row.data;
    return [{ ...event, row }];
  });
}

function idsOf(events: NewEvent[], list: EventType['list']): number[] {
  return [...new Set(events.filter(({ type }) => type.list === list).map(({ row }) => row.id))];
}

/** Reads in one go; what is missing there, by itself. Without what is gone. */
async function readAll<T>(
  ids: number[],
  readTogether: (ids: number[]) => Promise<Batch<T>>,
  readOne: (id: number) => Promise<T>,
): Promise<Map<number, T>> {
  const found = new Map<number, T>();
  if (ids.length === 0) return found;
  const together = await readTogether(ids);
  for (const id of ids) {
    const row = valueIn(together, id) ?? (await unlessGone(readOne(id)));
    if (row !== undefined) found.set(id, row);
  }
  return found;
}

/** Undefined for what was deleted, or is hidden from the user of the access token by now. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isKind(error, 'notFound', 'forbidden')) return undefined;
    throw explained(error);
  }
}

/**
 * Whether n8n has started the Request of a row, by the hidden key in its data, or in the summary of that. A sub-process
 * inherits the key, and is not meant.
 */
function isByN8n(row: Row, summary: unknown): boolean {
  const request = isObject(row.process_request) ? row.process_request : row;
  if (request.parent_request_id !== null && request.parent_request_id !== undefined) return false;
  if (isObject(row.data) && row.data[KEY_FIELD] !== undefined) return true;
  return objectsIn(summary).some(({ key }) => key === KEY_FIELD);
}
