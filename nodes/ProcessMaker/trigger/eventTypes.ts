import type { IDataObject } from 'n8n-workflow';

import { isObject, objectsIn } from '../guards';
import { parseTime } from './time';

/** A Request or a Task as a list of ProcessMaker gives it. */
export interface Row extends IDataObject {
  id: number;
  status: string;
}

/** What happened to a Request or a Task, as far as its row tells. */
export interface Occurrence {
  /** When, by the server's clock: seconds since 1970. */
  time: number;
  /** The same whenever the same thing is seen again, and different for everything else of its kind. */
  identity: string;
}

/** One kind of event: how ProcessMaker is searched for it, and what makes a row one. */
export interface EventKind {
  value: string;
  name: string;
  description: string;
  list: 'requests' | 'tasks';
  /** The PMQL name of the time by which rows are searched for. */
  column: 'created' | 'completed' | 'updated_at' | 'due';
  /** The status in which a row is an event, by the name that its list is searched with; any unless told. */
  status?: string;
  /** The time by which a row was found. */
  rowTime: (row: Row) => number | undefined;
  /** Nothing when the row is no event of the kind. */
  occurrence: (row: Row) => Occurrence | undefined;
}

type Field = 'created_at' | 'completed_at' | 'due_at' | 'updated_at';

/** An event that happens once to a Request or Task, at a time that its row keeps. */
function once(field: Field): Pick<EventKind, 'rowTime' | 'occurrence'> {
  return {
    rowTime: (row) => parseTime(row[field]),
    occurrence: (row) => {
      const time = parseTime(row[field]);
      return time === undefined ? undefined : { time, identity: String(row.id) };
    },
  };
}

/**
 * The last entry in a Request's list of what went wrong. A Request in ERROR may be changed later, when its data is
 * edited: that is no new event.
 */
function breakdown(row: Row): Occurrence | undefined {
  const entries = objectsIn(row.errors);
  const last = entries.at(-1);
  // Without an entry nothing but the last change tells when it was.
  const time = parseTime(isObject(last) ? last.created_at : undefined) ?? parseTime(row.updated_at);
  return time === undefined ? undefined : { time, identity: `${row.id}.${entries.length}.${time}` };
}

/** A due date that has passed. One that was moved can pass again. */
function overdue(row: Row): Occurrence | undefined {
  const time = parseTime(row.due_at);
  return time === undefined ? undefined : { time, identity: `${row.id}.${time}` };
}

/** In the order in which they come about when several fall into one second. */
export const EVENT_KINDS: EventKind[] = [
  {
    value: 'requestStarted',
    name: 'Request Started',
    description: 'A Request has been started, by a person, by the API or by another process',
    list: 'requests',
    column: 'created',
    ...once('created_at'),
  },
  {
    value: 'taskCreated',
    name: 'Task Created',
    description: 'A Request has reached a Task',
    list: 'tasks',
    column: 'created',
    ...once('created_at'),
  },
  {
    value: 'taskOverdue',
    name: 'Task Overdue',
    description: 'The due date of an open Task has passed',
    list: 'tasks',
    column: 'due',
    status: 'ACTIVE',
    rowTime: (row) => parseTime(row.due_at),
    occurrence: overdue,
  },
  {
    value: 'taskCompleted',
    name: 'Task Completed',
    description: 'A Task has been completed, or closed because its Request was canceled',
    list: 'tasks',
    column: 'completed',
    // Of any status: a Task has its time of completion before it is CLOSED, and may stay so for a while.
    ...once('completed_at'),
  },
  {
    value: 'requestErrored',
    name: 'Request Errored',
    description: 'A Request has stopped with the status ERROR',
    list: 'requests',
    column: 'updated_at',
    status: 'Error',
    rowTime: (row) => parseTime(row.updated_at),
    occurrence: breakdown,
  },
  {
    value: 'requestCanceled',
    name: 'Request Canceled',
    description: 'A Request has been canceled',
    list: 'requests',
    column: 'completed',
    status: 'Canceled',
    ...once('completed_at'),
  },
  {
    value: 'requestCompleted',
    name: 'Request Completed',
    description: 'A Request has come to its end',
    list: 'requests',
    column: 'completed',
    status: 'Completed',
    ...once('completed_at'),
  },
];

/** Those that are about Tasks. */
export const TASK_KINDS = EVENT_KINDS.filter(({ list }) => list === 'tasks').map(({ value }) => value);

/** Those that are about Requests. */
export const REQUEST_KINDS = EVENT_KINDS.filter(({ list }) => list === 'requests').map(({ value }) => value);
