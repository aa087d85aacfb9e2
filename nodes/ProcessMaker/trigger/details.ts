import type { Batch } from '../api/lists';
import { KEY_FIELD, withShownData } from '../api/requests/hiddenKey';
import { engineErrors, includesOf, readByIds, readRequest, simplifyRequest } from '../api/requests/requests';
import { readTask, readTasksByIds, simplifyTask } from '../api/tasks/tasks';
import { asText, isObject, messageOf, objectsIn } from '../guards';
import { isKind, ProcessMakerError, rethrown } from '../transport/processMakerError';
import { withoutSql } from '../transport/response';
import type { NewEvent } from './eventReader';
import type { EventType, Row } from './eventTypes';
import type { Watch } from './filters';
import { type Reading, searchNothing } from './rows';

const TIMEOUT_SECONDS = 120;
/** n8n waits a quarter longer than it says before it abandons a poll. */
const GRACE = 1.2;

const READERS = {
  requests: { readTogether: readByIds, readOne: readRequest },
  tasks: { readTogether: readTasksByIds, readOne: readTask },
};

/** Adds to events what their lists do not show. @returns those that are not ignored; `left` is what was not read */
export async function addDetails(
  reading: Reading,
  events: NewEvent[],
  { includeData, ignoresN8n }: Pick<Watch, 'includeData' | 'ignoresN8n'>,
): Promise<{ events: NewEvent[]; left: NewEvent[] }> {
  const { budget } = reading;
  const includes = [...includesOf(includeData), ...(ignoresN8n ? ['summary'] : [])];
  // Beside the data, a list shows all of a Task.
  const lists = { requests: includes, tasks: includeData || ignoresN8n ? ['data'] : undefined };
  const rows = { requests: new Map<number, Row | undefined>(), tasks: new Map<number, Row | undefined>() };
  // The list of the first event comes first, so that each poll comes further.
  for (const list of new Set(events.map(({ type }) => type.list))) {
    const isFirst = list === events[0]?.type.list;
    if (!isFirst && !budget.allows(1)) break;
    const all = readAll(reading, events, list, lists[list], rows[list], isFirst);
    await all.catch((error: unknown) => budget.stop(error));
  }
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

/** @param read receives them, undefined for what keeps its row @param isFirst at least one is read */
async function readAll(
  reading: Reading,
  events: NewEvent[],
  list: EventType['list'],
  includes: string[] | undefined,
  read: Map<number, Row | undefined>,
  isFirst: boolean,
): Promise<void> {
  if (!includes) return;
  const { budget } = reading;
  const connection = { ...reading.connection, timeoutSeconds: budget.secondsLeft(TIMEOUT_SECONDS, GRACE) };
  const { readTogether, readOne } = READERS[list];
  const ids = new Set(events.filter(({ type }) => type.list === list).map(({ row }) => row.id));
  const together: Batch<Row> = await readTogether(connection, [...ids], includes);
  for (const id of ids) {
    let row: Row | ProcessMakerError | undefined = together.get(id);
    if (row instanceof ProcessMakerError && !mayBeOfOne(row)) throw row;
    if (!row || row instanceof ProcessMakerError) {
      // It is looked for in a list, and by itself.
      if (!(isFirst && read.size === 0) && !budget.allows(2)) return;
      const one: Promise<Row> = readOne(connection, id, includes);
      row = await one.catch((error: unknown) => keepRow(reading, list, id, error));
    }
    read.set(id, row);
  }
}

/** Whether the reason may lie in a single Request or Task. */
export function mayBeOfOne(thrown: unknown): boolean {
  return isKind(thrown, 'serverError', 'gateway', 'tooLarge', 'unexpectedResponse', 'connectionLost');
}

/** What is gone, or cannot be read while other calls go well, keeps its row: it would hold up all others for ever. */
async function keepRow(
  reading: Reading,
  list: EventType['list'],
  id: number,
  error: unknown,
): Promise<undefined> {
  if (isKind(error, 'notFound', 'forbidden')) return;
  if (!mayBeOfOne(error)) throw rethrown(error);
  await searchNothing(reading);
  const name = list === 'requests' ? 'Request' : 'Task';
  reading.connection.context.logger.warn(
    `An event is given without the details of ${name} ${id}, which could not be read: ${messageOf(error)}`,
  );
}

/** Whether n8n has started the Request of a row, by the hidden key. A sub-process inherits that, and is not meant. */
function isByN8n(row: Row, summary: unknown): boolean {
  const request = isObject(row.process_request) ? row.process_request : row;
  if (request.parent_request_id !== null && request.parent_request_id !== undefined) return false;
  if (isObject(row.data) && row.data[KEY_FIELD] !== undefined) return true;
  return objectsIn(summary).some(({ key }) => key === KEY_FIELD);
}

/** The JSON of an item for an event. */
export function eventJson({ type, row: found }: NewEvent, { simplify }: Watch, instanceUrl: string) {
  const row = withShownData(found);
  if (!simplify) return { event: type.value, ...row };
  const { id, caseNumber, ...fields } =
    type.list === 'requests' ? simplifyRequest(row, instanceUrl) : simplifyTask(row, instanceUrl);
  const isErrored = type.value === 'requestErrored';
  if (type.leftOut) delete fields[type.leftOut];
  return {
    id,
    caseNumber,
    event: type.value,
    ...fields,
    ...(isErrored && { reason: withoutSql(asText(engineErrors(row).at(-1)?.message)) || null }),
  };
}
