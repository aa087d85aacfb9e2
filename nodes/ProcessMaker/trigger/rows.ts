import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../guards';
import { pmqlAll } from '../api/pmql';
import type { Connection } from '../transport/connection';
import type { Failure, Result } from '../transport/failure';
import { readPage } from '../transport/pagination';
import { apiPath } from '../transport/request';
import type { ServerClock } from './clock';
import type { EventKind, Row } from './eventTypes';
import type { Slice } from './timeWindow';
import { pmqlSeconds } from './time';

/** Rows in one answer. */
export const PAGE_ROWS = 100;

/** An answer that took longer would be older than the overlap allows. */
const TIMEOUT_SECONDS = 30;

/** What narrows a list down: PMQL conditions and query parameters. */
export interface ListFilter {
  pmql: string[];
  qs: IDataObject;
  /** The PMQL of the user, which is one of the conditions. */
  own?: string;
}

/** What every call of a poll needs. */
export interface Reading {
  connection: Connection;
  clock: ServerClock;
  filters: Record<EventKind['list'], ListFilter>;
}

const NOT_ROWS: Failure = {
  kind: 'foreignAnswer',
  message: 'The answer does not hold Requests or Tasks in the form that ProcessMaker gives them',
  description: "Check the 'Instance URL' of the credential.",
  delivery: 'notProcessed',
};

const NO_DATE: Failure = {
  kind: 'foreignAnswer',
  message: "The answer of ProcessMaker does not carry the server's time",
  description: "Let the gateway in front of ProcessMaker pass on the header 'Date'.",
  delivery: 'notProcessed',
};

/** The rows of a slice as far as one answer holds them, by id, and how many the slice has. */
export async function readRows(
  reading: Reading,
  kind: EventKind,
  { from, after, to }: Slice,
): Promise<Result<{ rows: Row[]; total: number }>> {
  const { column } = kind;
  return await search(reading, kind, [
    `${column} >= ${pmqlSeconds(from)}`,
    ...(to === undefined ? [] : [`${column} <= ${pmqlSeconds(to)}`]),
    ...(after > 0 ? [`id > ${after}`] : []),
  ]);
}

/** The server's time; where no answer has told it yet, by a search that finds nothing. */
export async function readServerTime(reading: Reading): Promise<Result<number>> {
  const { connection, clock } = reading;
  if (clock.date !== undefined) return { ok: true, value: clock.date };
  const qs = { pmql: 'id = 0', order_by: 'id' };
  const answer = await readPage(connection, { ...callOf(reading, 'requests'), qs, pageSize: 1 }, 1);
  if (!answer.ok) return answer;
  return clock.date === undefined ? { ok: false, failure: NO_DATE } : { ok: true, value: clock.date };
}

/**
 * `GET /api/1.0/requests?pmql=…` or `GET /api/1.0/tasks?status=…&pmql=…`, always by id: a server whose memory for
 * sorting is small refuses other orders. The status of Tasks is no part of the PMQL, which would leave out those that
 * are offered to a group.
 */
async function search(
  reading: Reading,
  { list, status }: EventKind,
  conditions: string[],
): Promise<Result<{ rows: Row[]; total: number }>> {
  const { pmql, qs } = reading.filters[list];
  const isParameter = list === 'tasks' && status !== undefined;
  const inPmql = status === undefined || isParameter ? [] : [`status = "${status}"`];
  const all = pmqlAll([...inPmql, ...conditions, ...pmql]);
  const page = await readPage(
    reading.connection,
    {
      ...callOf(reading, list),
      qs: {
        ...qs,
        ...(isParameter && { status }),
        ...(all !== '' && { pmql: all }),
        order_by: 'id',
        order_direction: 'asc',
      },
      pageSize: PAGE_ROWS,
    },
    1,
  );
  if (!page.ok) return { ok: false, failure: aboutPmql(page.failure, list, reading) };
  const { entries, total } = page.value;
  const rows = entries.filter(isRow);
  if (rows.length < entries.length || Number.isNaN(total)) return { ok: false, failure: NOT_ROWS };
  if (reading.clock.date === undefined) return { ok: false, failure: NO_DATE };
  for (const row of rows) reading.clock.noteRow(row);
  return { ok: true, value: { rows, total } };
}

function callOf({ clock }: Reading, list: EventKind['list']) {
  return {
    path: apiPath('1.0', list),
    timeoutSeconds: TIMEOUT_SECONDS,
    onHeaders: (headers: Record<string, unknown>) => clock.noteHeaders(headers),
  };
}

function isRow(entry: IDataObject): entry is Row {
  return isObject(entry) && Number.isSafeInteger(entry.id) && typeof entry.status === 'string';
}

/** The filters that hold PMQL of the user. */
export const OWN_PMQL: Record<EventKind['list'], string> = { requests: 'Request PMQL', tasks: 'Task PMQL' };

/** How ProcessMaker refuses PMQL: 400 for the syntax, 422 for a column of Tasks, 500 for everything else. */
const PMQL_STATUSES = [400, 422, 500];

/** A refusal that the user's own PMQL may be the reason of. */
function aboutPmql(failure: Failure, list: EventKind['list'], { filters }: Reading): Failure {
  const own = filters[list].own;
  if (own === undefined || !PMQL_STATUSES.includes(failure.httpStatus ?? 0)) return failure;
  return {
    ...failure,
    message: `ProcessMaker did not carry out the search with the filter '${OWN_PMQL[list]}'`,
    description: `Check its syntax and the names of its columns, or try it in the search field of ProcessMaker. The filter is: ${own}`,
  };
}
