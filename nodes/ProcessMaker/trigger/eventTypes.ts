import type { ApiRequest } from '../api/requests/requests';
import type { ApiTask } from '../api/tasks/tasks';
import { objectsIn } from '../guards';
import { parseTime } from './time';

/** A Request or a Task as a list of ProcessMaker gives it. */
export type Row = ApiRequest | ApiTask;

/** What happened to a Request or a Task, as far as its row shows. */
export interface Occurrence {
  /** When, by the server's clock: seconds since 1970. */
  time: number;
  /** The same whenever the same thing is seen again, and different for everything else of its type. */
  identity: string;
}

/** One type of event: how ProcessMaker is searched for it, and what makes a row one. */
export interface EventType {
  value: string;
  name: string;
  description: string;
  list: 'requests' | 'tasks';
  /** The PMQL name of the time by which rows are searched for. */
  column: 'created' | 'completed' | 'updated_at' | 'due';
  /** The status in which a row is an event, by the name that its list is searched with; any when it is missing. */
  status?: string;
  /** Without a time, the row is no event of the type. */
  occurrence: (row: Row) => Partial<Occurrence> & Pick<Occurrence, 'identity'>;
  /** Simplified fields that the event says itself, or cannot have. The name of a Request is that of its process. */
  leftOut: string[];
}

/** An event that happens once to a Request or Task, at a time that its row keeps. */
function once(field: 'created_at' | 'completed_at'): EventType['occurrence'] {
  return (row) => ({ time: parseTime(row[field]), identity: String(row.id) });
}

/**
 * The last entry in a Request's list of what went wrong. A Request in ERROR may be changed later, when its data is
 * edited: that is no new event.
 */
function breakdown(row: Row) {
  const entries = objectsIn(row.errors);
  // Without an entry, only the time of the last change shows when it was.
  const time = parseTime(entries.at(-1)?.created_at) ?? parseTime(row.updated_at);
  return { time, identity: `${row.id}.${entries.length}.${time}` };
}

/** A due date that has passed. One that was moved can pass again. */
function overdue(row: Row) {
  const time = parseTime(row.due_at);
  return { time, identity: `${row.id}.${time}` };
}

/** In the order in which they come about when several fall into one second. */
export const EVENT_TYPES: EventType[] = [
  {
    value: 'requestStarted',
    name: 'Request Started',
    description: 'A Request has been started, by a person, by the API or by another process',
    list: 'requests',
    column: 'created',
    occurrence: once('created_at'),
    leftOut: ['name'],
  },
  {
    value: 'taskCreated',
    name: 'Task Created',
    description: 'A Request has reached a Task',
    list: 'tasks',
    column: 'created',
    occurrence: once('created_at'),
    leftOut: ['completedAt'],
  },
  {
    value: 'taskOverdue',
    name: 'Task Overdue',
    description: 'The due date of an open Task has passed',
    list: 'tasks',
    column: 'due',
    status: 'ACTIVE',
    occurrence: overdue,
    leftOut: ['completedAt'],
  },
  {
    value: 'taskCompleted',
    name: 'Task Completed',
    description: 'A Task has been completed, or closed because its Request was canceled',
    list: 'tasks',
    column: 'completed',
    // Of any status: a Task has its time of completion before it is CLOSED, and may stay so for a while.
    occurrence: once('completed_at'),
    leftOut: ['dueAt'],
  },
  {
    value: 'requestErrored',
    name: 'Request Errored',
    description: 'A Request has stopped with the status ERROR',
    list: 'requests',
    column: 'updated_at',
    status: 'Error',
    occurrence: breakdown,
    leftOut: ['name', 'completedAt'],
  },
  {
    value: 'requestCanceled',
    name: 'Request Canceled',
    description: 'A Request has been canceled',
    list: 'requests',
    column: 'completed',
    status: 'Canceled',
    occurrence: once('completed_at'),
    leftOut: ['name'],
  },
  {
    value: 'requestCompleted',
    name: 'Request Completed',
    description: 'A Request has come to its end',
    list: 'requests',
    column: 'completed',
    status: 'Completed',
    occurrence: once('completed_at'),
    leftOut: ['name'],
  },
];
