import { type ApiRequest, engineErrors, isBeingRetried } from '../api/requests/requests';
import type { ApiTask } from '../api/tasks/tasks';
import { parseTime } from './time';

/** A Request or a Task as a list of ProcessMaker gives it. */
export type Row = ApiRequest | ApiTask;

/** What happened to a Request or a Task, as far as its row shows. */
export interface Occurrence {
  /** By the server's clock: seconds since 1970. */
  time: number;
  /** The same whenever the same thing is seen again, and different for everything else of its type. */
  identity: string;
  /** Tells apart what is seen of the same thing while it is no event yet. */
  stage?: string;
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
  /** By default, what happens once, at the time by which rows are found. Without a time, a row is no event. */
  occurrence?: (row: Row) => Partial<Occurrence> & Pick<Occurrence, 'identity'>;
  /** A simplified field that the event cannot have. */
  leftOut?: 'completedAt' | 'dueAt';
}

/** ProcessMaker notes one breakdown twice, up to half a second apart: perhaps in two seconds. */
const BREAKDOWN_SECONDS = 2;

/** The latest breakdown, by its first entry: a Request in ERROR may be changed later, which is no new event. */
function breakdown(row: Row) {
  if (isBeingRetried(row)) return { time: undefined, identity: '' };
  const times = engineErrors(row).map((entry) => parseTime(entry.created_at));
  let time = times.pop();
  for (const earlier of times.reverse()) {
    if (time === undefined || earlier === undefined || time - earlier >= BREAKDOWN_SECONDS) break;
    time = earlier;
  }
  // Without an entry, only the time of the last change shows when it was.
  time ??= parseTime(row.updated_at);
  const identity = `${row.id}.${time}`;
  return { time, identity, stage: `${identity}#${engineErrors(row).length}` };
}

const FIELDS = { created: 'created_at', completed: 'completed_at', updated_at: 'updated_at', due: 'due_at' };

/** The time by which a row was found. */
export function searchedTime({ column }: EventType, row: Row): number | undefined {
  return parseTime(row[FIELDS[column]]);
}

/** In the order in which they come about when several fall into one second. */
export const EVENT_TYPES: EventType[] = [
  {
    value: 'requestStarted',
    name: 'Request Started',
    description: 'A Request has been started, by a person, by the API or by another process',
    list: 'requests',
    column: 'created',
  },
  {
    value: 'taskCreated',
    name: 'Task Created',
    description: 'A Request has reached a Task',
    list: 'tasks',
    column: 'created',
    leftOut: 'completedAt',
  },
  {
    value: 'taskOverdue',
    name: 'Task Overdue',
    description: 'The due date of an open Task has passed',
    list: 'tasks',
    column: 'due',
    status: 'ACTIVE',
    // A due date that was moved can pass again.
    occurrence: ({ id, due_at }) => ({ time: parseTime(due_at), identity: `${id}.${parseTime(due_at)}` }),
    leftOut: 'completedAt',
  },
  {
    value: 'taskCompleted',
    name: 'Task Completed',
    description: 'A Task has been completed, or closed because its Request was canceled',
    list: 'tasks',
    column: 'completed',
    // Of any status: a Task has its time of completion before it is CLOSED, and may stay so for a while.
    leftOut: 'dueAt',
  },
  {
    value: 'requestErrored',
    name: 'Request Errored',
    description: 'A Request has stopped with the status ERROR',
    list: 'requests',
    column: 'updated_at',
    status: 'Error',
    occurrence: breakdown,
    leftOut: 'completedAt',
  },
  {
    value: 'requestCanceled',
    name: 'Request Canceled',
    description: 'A Request has been canceled',
    list: 'requests',
    column: 'completed',
    status: 'Canceled',
  },
  {
    value: 'requestCompleted',
    name: 'Request Completed',
    description: 'A Request has come to its end',
    list: 'requests',
    column: 'completed',
    status: 'Completed',
  },
];
