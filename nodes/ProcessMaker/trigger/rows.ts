import type { IDataObject } from 'n8n-workflow';

import { pmqlAll } from '../api/lists';
import { hasIdAndStatus } from '../guards';
import type { Connection } from '../transport/connection';
import { changedOnTheWay, type ListPage, readPage } from '../transport/pagination';
import { explained, type ProcessMakerError, unexpectedResponse } from '../transport/processMakerError';
import { apiPath } from '../transport/request';
import type { PollBudget } from './budget';
import type { ServerClock } from './clock';
import { type EventType, type Row, searchedTime } from './eventTypes';
import { pmqlSeconds, type TimeWindow } from './time';

export const PAGE_ROWS = 100;

/** So many may come between the counting of rows and their reading. */
export const FEW_ROWS = 10;

/** A response that took longer would be older than the overlap allows. */
export const TIMEOUT_SECONDS = 30;

interface ListFilter {
  pmql: string[];
  qs: IDataObject;
  own?: string;
}

export interface Reading {
  connection: Connection;
  clock: ServerClock;
  filters: Record<EventType['list'], ListFilter>;
  budget: PollBudget;
  types: number;
}

/** The rows of a window in one response, by id: a server whose memory for sorting is small refuses other orders. */
export async function readRows(
  reading: Reading,
  type: EventType,
  window: TimeWindow,
  direction: 'asc' | 'desc' = 'asc',
): Promise<{ rows: Row[]; total: number }> {
  const { list } = type;
  const filter = reading.filters[list];
  const { own } = filter;
  const qs = { ...searchFor(filter, type, window), order_direction: direction };
  let page = await readFirstPage(reading, list, qs, own);
  // What comes or goes between the counting and the reading of the rows, both in one call, is not many.
  if (!isCountRight(page)) page = await readFirstPage(reading, list, qs, own);
  if (!isCountRight(page)) throw miscounted(page.total, page.entries.length);
  const { entries, total } = page;
  const rows = entries.filter(hasIdAndStatus<Row>);
  if (rows.length < entries.length) throw unexpectedResponse(NOT_ROWS);
  checkRows(rows, type, window);
  for (const row of rows) reading.clock.noteRow(row);
  return { rows, total };
}

function searchFor(
  { pmql, qs, own }: ListFilter,
  { list, column, status }: EventType,
  { from, after, to }: TimeWindow,
): IDataObject {
  // In the PMQL, the status of Tasks would leave out those that are offered to a group.
  const isParameter = list === 'tasks' && status !== undefined;
  const conditions = [
    status === undefined || isParameter ? undefined : `status = "${status}"`,
    `${column} >= ${pmqlSeconds(from)}`,
    to === Infinity ? undefined : `${column} <= ${pmqlSeconds(to)}`,
    after > 0 ? `id > ${after}` : undefined,
    ...pmql,
    own,
  ];
  return { ...qs, ...(isParameter && { status }), pmql: pmqlAll(conditions) };
}

function isCountRight({ entries: { length }, total }: ListPage): boolean {
  return length >= Math.min(total, PAGE_ROWS) && length <= 2 * total + FEW_ROWS;
}

function checkRows(rows: Row[], type: EventType, { from, after, to }: TimeWindow): void {
  for (const row of rows) {
    const time = searchedTime(type, row) ?? from;
    if (row.id <= after) throw changed(`gives the id ${row.id} where only ids above ${after} were asked for`);
    if (time < from || time > to) {
      throw changed(`gives ${type.column} ${new Date(time * 1000).toISOString()}, which was not asked for`);
    }
    if (type.status !== undefined && row.status !== type.status.toUpperCase()) {
      throw changed(`gives the status ${row.status} where only ${type.status} was asked for`);
    }
  }
}

/** The rows are not those that were asked for. @param what the end of a sentence */
function changed(what: string): ProcessMakerError {
  return changedOnTheWay(`The search in ProcessMaker ${what}`);
}

/** ProcessMaker says how much it has found, and gives something else. */
export function miscounted(total: number, given: number): ProcessMakerError {
  return changed(`says that it has found ${total}, and gives ${given}`);
}

const NOT_ROWS = 'The response does not hold Requests or Tasks in the form that ProcessMaker gives them';

/** The server's time; where no response has shown it yet, by a search that finds nothing. */
export async function readServerTime(reading: Reading): Promise<number> {
  if (reading.clock.date === undefined) await searchNothing(reading);
  return reading.clock.date ?? 0;
}

/** A search that finds nothing. @throws ProcessMakerError when ProcessMaker does not even respond to that */
export async function searchNothing(reading: Reading): Promise<void> {
  await readFirstPage(reading, 'requests', { pmql: 'id = 0' });
}

/** The same with the filters of a list. @throws ProcessMakerError when ProcessMaker does not carry them out */
export async function tryFilters(reading: Reading, list: EventType['list']): Promise<void> {
  const { pmql, qs, own } = reading.filters[list];
  await readFirstPage(reading, list, { ...qs, pmql: pmqlAll(['id = 0', ...pmql, own]) }, own);
}

async function readFirstPage(
  { connection, clock, budget }: Reading,
  list: EventType['list'],
  qs: IDataObject,
  own?: string,
): Promise<ListPage> {
  const page = await readPage(connection, {
    path: apiPath('1.0', list),
    qs: { ...qs, order_by: 'id' },
    pageSize: PAGE_ROWS,
    timeoutSeconds: budget.secondsLeft(TIMEOUT_SECONDS),
    onHeaders: (headers) => clock.noteHeaders(headers),
  }).catch((error: unknown) => {
    throw aboutPmql(error, list, own);
  });
  if (Number.isNaN(page.total)) throw unexpectedResponse(NOT_ROWS);
  if (clock.date !== undefined) return page;
  throw unexpectedResponse("The response of ProcessMaker does not contain the server's time").with({
    description: "Let the gateway in front of ProcessMaker pass on the header 'Date'.",
  });
}

export const OWN_PMQL: Record<EventType['list'], string> = { requests: 'Request PMQL', tasks: 'Task PMQL' };

/** How ProcessMaker refuses PMQL: 400 for the syntax, 422 for a column of Tasks, 500 for everything else. */
const PMQL_STATUSES = [400, 422, 500];

/** A refusal that the user's own PMQL may be the reason of. */
function aboutPmql(thrown: unknown, list: EventType['list'], own: string | undefined): Error {
  return explained(thrown, ({ httpStatus = 0 }) => {
    if (own === undefined || !PMQL_STATUSES.includes(httpStatus)) return undefined;
    return {
      message: `ProcessMaker did not carry out the search with the filter '${OWN_PMQL[list]}'`,
      description: `Check its syntax and the names of its columns, or try it in the search field of ProcessMaker. The filter is: ${own}`,
    };
  });
}
