import type { IDataObject } from 'n8n-workflow';

import { pmqlAll } from '../api/lists';
import { isApiRequest } from '../api/requests/requests';
import { isApiTask } from '../api/tasks/tasks';
import type { Connection } from '../transport/connection';
import { type ListPage, readPage } from '../transport/pagination';
import { explained, unexpectedResponse } from '../transport/processMakerError';
import { apiPath } from '../transport/request';
import type { ServerClock } from './clock';
import type { EventType, Row } from './eventTypes';
import { pmqlSeconds, type TimeWindow } from './time';

/** Rows in one response. */
export const PAGE_ROWS = 100;

/** A response that took longer would be older than the overlap allows. */
const TIMEOUT_SECONDS = 30;

/** What narrows a list down: PMQL conditions and query parameters. */
interface ListFilter {
  pmql: string[];
  qs: IDataObject;
  /** The PMQL of the user, one more condition. */
  own?: string;
}

/** What every call of a poll needs. */
export interface Reading {
  connection: Connection;
  clock: ServerClock;
  filters: Record<EventType['list'], ListFilter>;
}

/**
 * The rows of a time window as far as one response holds them, and how many the window has:
 * `GET /api/1.0/requests?pmql=…` or `GET /api/1.0/tasks?status=…&pmql=…`. Always by id: a server whose memory for
 * sorting is small refuses other orders.
 */
export async function readRows(
  reading: Reading,
  { list, column, status }: EventType,
  { from, after, to }: TimeWindow,
  direction: 'asc' | 'desc' = 'asc',
): Promise<{ rows: Row[]; total: number }> {
  const { pmql, qs, own } = reading.filters[list];
  // In the PMQL, the status of Tasks would leave out those that are offered to a group.
  const isParameter = list === 'tasks' && status !== undefined;
  const conditions = [
    ...(status === undefined || isParameter ? [] : [`status = "${status}"`]),
    `${column} >= ${pmqlSeconds(from)}`,
    ...(to === undefined ? [] : [`${column} <= ${pmqlSeconds(to)}`]),
    ...(after > 0 ? [`id > ${after}`] : []),
    ...pmql,
    ...(own === undefined ? [] : [own]),
  ];
  const { entries, total } = await readFirstPage(reading, list, {
    ...qs,
    ...(isParameter && { status }),
    pmql: pmqlAll(conditions),
    order_direction: direction,
  }).catch((error: unknown) => {
    throw aboutPmql(error, list, own);
  });
  const rows: Row[] = entries.filter(list === 'requests' ? isApiRequest : isApiTask);
  if (rows.length < entries.length || Number.isNaN(total)) {
    throw unexpectedResponse(
      'The response does not hold Requests or Tasks in the form that ProcessMaker gives them',
    );
  }
  for (const row of rows) reading.clock.noteRow(row);
  return { rows, total };
}

/** The server's time; where no response has shown it yet, by a search that finds nothing. */
export async function readServerTime(reading: Reading): Promise<number> {
  return reading.clock.date ?? (await readFirstPage(reading, 'requests', { pmql: 'id = 0' })).date;
}

async function readFirstPage(
  { connection, clock }: Reading,
  list: EventType['list'],
  qs: IDataObject,
): Promise<ListPage & { date: number }> {
  const page = await readPage(connection, {
    path: apiPath('1.0', list),
    qs: { ...qs, order_by: 'id' },
    pageSize: PAGE_ROWS,
    timeoutSeconds: TIMEOUT_SECONDS,
    onHeaders: (headers) => clock.noteHeaders(headers),
  });
  if (clock.date !== undefined) return { ...page, date: clock.date };
  throw unexpectedResponse("The response of ProcessMaker does not contain the server's time").with({
    description: "Let the gateway in front of ProcessMaker pass on the header 'Date'.",
  });
}

/** The filters that hold PMQL of the user. */
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
