/** Every type of event that the trigger knows. */
export const EVENT_TYPES = [
  'requestCanceled',
  'requestCompleted',
  'requestErrored',
  'requestStarted',
  'taskCompleted',
  'taskCreated',
  'taskOverdue',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** How late at most a change becomes visible, in seconds. */
export const LATEST_SECONDS = 120;

export type Action =
  'start' | 'complete' | 'cancel' | 'break' | 'script' | 'repair' | 'edit' | 'task' | 'close' | 'editTask';

/** How a script goes that a Request reaches, or that is retried by hand. */
export interface ScriptPlan {
  /** Which of the scripts of the process, by its number. */
  which: number;
  /** So many of its runs fail, as long as ProcessMaker tries it again. */
  failures: number;
  /** Whether the Request ends with it, when it ends well. */
  isLast: boolean;
}

/** One change on the server. */
export interface Change {
  action: Action;
  /** Seconds after which it can be seen. */
  delay: number;
  /** Which of the Requests or Tasks that there are. */
  pick: number;
  /** Whether it belongs to a process that the trigger does not watch. */
  elsewhere: boolean;
  /** Seconds that pass before it. */
  pause: number;
  /** What a script does that it lets run. */
  script?: ScriptPlan;
}

export type Refusal = 'forbidden' | 'unauthorized' | 'page' | 'maintenance' | 'reset';

/** Many events of one eventType. */
export interface Flood {
  count: number;
  /** Over which they are spread. */
  seconds: number;
  /** Within which they become visible, in another order. */
  delay: number;
}

/** Before the server has sent the time, or on its way to n8n: seconds pass, and something changes. */
export interface FirstPoll {
  secondsBefore: number;
  changesBefore: Change[];
  secondsAfter: number;
  changesAfter: Change[];
}

export type Step =
  | { step: 'changes'; changes: Change[] }
  /** Many events of the first type that is watched, spread over some seconds. */
  | ({ step: 'flood' } & Flood)
  | { step: 'wait'; seconds: number }
  | { step: 'poll' }
  | { step: 'failingPoll'; call: number; refusal: Refusal }
  /** The first poll is held at a call; meanwhile time passes and others run. */
  | { step: 'overlap'; call: number; seconds: number; changes: Change[]; inner: number }
  | { step: 'restart'; isPolling: boolean; call: number; seconds: number }
  | { step: 'offAndOn'; seconds: number; changes: Change[]; startFromNow: boolean };

/** What happens in one run. */
export interface Plan {
  /** How far the server's clock is ahead of n8n's. */
  clockHours: number;
  /** Of the token's user. */
  timezone: string;
  eventTypes: EventType[];
  /** Whether the trigger watches only one of two processes. */
  onlyOneProcess: boolean;
  /** Seconds that pass, and changes that become visible, at the calls of polls. */
  callSeconds: number[];
  /** How many seconds the gateways that respond to the calls of polls are ahead with their `Date`, one after the other. */
  datesAhead: readonly number[];
  /** How many seconds n8n's own clock is off in polls, one after the other: less than a day, or none would be read. */
  ownJumps: readonly number[];
  /** How many seconds n8n gives a poll; null for an n8n that does not say so. With its durable scheduler it is few. */
  budgetSeconds: number | null;
  /** What happens while the first poll runs, and begins with the time of the server. */
  firstPoll: FirstPoll;
  steps: Step[];
}
