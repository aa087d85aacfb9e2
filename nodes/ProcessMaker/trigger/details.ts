import type { IDataObject } from 'n8n-workflow';

import { type Batch, valueIn } from '../api/lists';
import { KEY_FIELD, withShownData } from '../api/requests/hiddenKey';
import { includesOf, readByIds, readRequest, simplifyRequest } from '../api/requests/requests';
import { readTask, readTasksByIds, simplifyTask } from '../api/tasks/tasks';
import { asText, isObject, objectsIn } from '../guards';
import type { Connection } from '../transport/connection';
import { explained, isKind } from '../transport/processMakerError';
import { withoutSql } from '../transport/response';
import type { PollBudget } from './budget';
import type { NewEvent } from './eventReader';
import type { EventType, Row } from './eventTypes';
import type { Watch } from './filters';

const READERS = {
  requests: { readTogether: readByIds, readOne: readRequest },
  tasks: { readTogether: readTasksByIds, readOne: readTask },
};

/**
 * Adds to events what their lists do not show. Only what is new is read in full.
 *
 * @returns the events without those that are to be ignored; one whose Request or Task is gone keeps its row. `left` is
 * what there was no time for, from the first such event on
 * @throws ProcessMakerError when one of them cannot be read
 */
export async function addDetails(
  connection: Connection,
  events: NewEvent[],
  { includeData, ignoresN8n }: Pick<Watch, 'includeData' | 'ignoresN8n'>,
  budget: PollBudget,
): Promise<{ events: NewEvent[]; left: NewEvent[] }> {
  const includes = [...includesOf(includeData), ...(ignoresN8n ? ['summary'] : [])];
  // Beside the data, a list shows all of a Task.
  const lists = { requests: includes, tasks: includeData || ignoresN8n ? ['data'] : undefined };
  const rows = {
    requests: await readAll(connection, events, 'requests', lists.requests, budget),
    tasks: await readAll(connection, events, 'tasks', lists.tasks, budget),
  };
  const isRead = ({ type: { list }, row }: NewEvent) => !lists[list] || rows[list].has(row.id);
  const firstLeft = events.findIndex((event) => !isRead(event));
  const read = firstLeft < 0 ? events : events.slice(0, firstLeft);
  const detailed = read.flatMap((event) => {
    // The event keeps the values by which it was found, even when the Request has gone on since.
    const { summary, ...row }: Row = { ...rows[event.type.list].get(event.row.id), ...event.row };
    if (ignoresN8n && isByN8n(row, summary)) return [];
    // Of Tasks, the data is read for that as well.
    if (!includeData) delete row.data;
    return [{ ...event, row }];
  });
  return { events: detailed, left: events.slice(read.length) };
}

/** Reads in one go; what is missing there, by itself, at least one. Undefined for what is gone. */
async function readAll(
  connection: Connection,
  events: NewEvent[],
  list: EventType['list'],
  includes: string[] | undefined,
  budget: PollBudget,
): Promise<Map<number, Row | undefined>> {
  const read = new Map<number, Row | undefined>();
  if (!includes) return read;
  const { readTogether, readOne } = READERS[list];
  const ids = new Set(events.filter(({ type }) => type.list === list).map(({ row }) => row.id));
  const together: Batch<Row> = await readTogether(connection, [...ids], includes);
  for (const id of ids) {
    const row = valueIn(together, id);
    // It is looked for in a list, and by itself.
    if (!row && read.size > 0 && !budget.allows(2)) break;
    read.set(id, row ?? (await unlessGone(readOne(connection, id, includes))));
  }
  return read;
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

/** The JSON of an item for an event. */
export function eventJson(
  { type, row: found }: NewEvent,
  { simplify }: Watch,
  instanceUrl: string,
): IDataObject {
  const row = withShownData(found);
  if (!simplify) return { event: type.value, ...row };
  const { id, caseNumber, ...fields } =
    type.list === 'requests' ? simplifyRequest(row, instanceUrl) : simplifyTask(row, instanceUrl);
  const isErrored = type.value === 'requestErrored';
  // Ten fields are left.
  for (const field of type.leftOut) delete fields[field];
  return {
    id,
    caseNumber,
    event: type.value,
    ...fields,
    ...(isErrored && { reason: withoutSql(asText(objectsIn(row.errors).at(-1)?.message)) || null }),
  };
}
