import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { ExpectedEvent } from './timeline';

/** The items of one execution. */
export interface Emission {
  items: INodeExecutionData[];
  /** When the poll began that found it, by the server's clock. */
  begunAt: number;
}

/** Keys of events, by what is wrong with them. */
export interface Verdict {
  /** Not emitted. */
  lost: string[];
  /** Emitted once more than they should, or though nothing of that type has happened. */
  repeated: string[];
  /** Emitted with another time, or in another status, than they have. */
  wrong: string[];
  /** Emitted after a later one, though they could be seen when that was found. */
  disordered: string[];
}

/** Compares what the trigger emitted with what has happened. */
export function judge(expectedEvents: ExpectedEvent[], executions: Emission[], seenBy: number): Verdict {
  const events = executions.flatMap(({ items }) => items.map(({ json }) => eventOf(json)));
  const times = new Map<string, number>();
  for (const { key } of events) times.set(key, (times.get(key) ?? 0) + 1);
  const byKey = new Map(expectedEvents.map((expected) => [expected.key, expected]));
  const isLost = ({ key, expectation, visibleAt }: ExpectedEvent) =>
    expectation === 'emitted' && visibleAt <= seenBy && !times.has(key);
  const isWrong = ({ key, eventType, status, time }: RecognizedEvent) =>
    (byKey.get(key)?.time ?? time) !== time || (STATUSES[eventType] ?? status) !== status;
  return {
    lost: expectedEvents.filter(isLost).map(({ key }) => key),
    repeated: [...times].flatMap(([key, count]) => {
      const most = (byKey.get(key)?.expectation ?? 'never') === 'never' ? 0 : 1;
      return Array<string>(Math.max(0, count - most)).fill(key);
    }),
    wrong: events.filter(isWrong).map(({ key }) => key),
    disordered: [...disorderWithin(executions), ...disorderBetween(executions, byKey)],
  };
}

/** In which status an event of a type is. */
const STATUSES: Record<string, string> = {
  requestCanceled: 'CANCELED',
  requestCompleted: 'COMPLETED',
  requestErrored: 'ERROR',
  taskCompleted: 'CLOSED',
  taskOverdue: 'ACTIVE',
};

/** What comes in one execution is the oldest first, whatever its type. */
function disorderWithin(executions: Emission[]): string[] {
  return executions.flatMap(({ items }) => {
    const events = items.map(({ json }) => eventOf(json));
    return events.filter(({ time }, index) => time < (events[index - 1]?.time ?? '')).map(({ key }) => key);
  });
}

/**
 * An older event, of whatever type, comes in a later execution only when it could not be seen yet. Requests that broke
 * are found by their last change, so that editing one moves it back. What became visible at the moment at which a poll
 * began may have been written behind it.
 */
function disorderBetween(executions: Emission[], byKey: Map<string, ExpectedEvent>): string[] {
  const latest: Array<{ time: string; begunAt: number }> = [];
  const late: string[] = [];
  for (const { items, begunAt } of executions) {
    const events = items
      .map(({ json }) => eventOf(json))
      .filter(({ eventType }) => eventType !== 'requestErrored');
    for (const { key, time } of events) {
      const { expectation, visibleAt = Infinity } = byKey.get(key) ?? {};
      const isLate = latest.some((one) => one.time > time && one.begunAt > visibleAt);
      if (expectation === 'emitted' && isLate) late.push(key);
    }
    const last = events.at(-1);
    if (last) latest.push({ time: last.time, begunAt });
  }
  return late;
}

/** What a Request notes of something that has failed. */
interface Failure {
  created_at: string;
}

/** An item as the trigger gives it without Simplify. */
interface RawEvent {
  event: string;
  id: number;
  status: string;
  created_at: string;
  completed_at: string;
  due_at: string;
  /** An object while, or after, a script was retried by hand beside others. */
  errors: Failure[] | Record<string, Failure>;
}

interface RecognizedEvent {
  /** What names it. */
  key: string;
  eventType: string;
  status: string;
  /** When it was. */
  time: string;
}

/** The event of an item. */
export function eventOf(json: IDataObject): RecognizedEvent {
  const {
    event: eventType,
    id,
    status,
    created_at,
    completed_at,
    due_at,
    errors,
  } = json as unknown as RawEvent;
  switch (eventType) {
    case 'requestErrored': {
      const time = firstOfLatest(inTheirOrder(errors));
      return { key: keyOf(eventType, id, time), eventType, status, time };
    }
    case 'taskOverdue':
      return { key: keyOf(eventType, id, due_at), eventType, status, time: due_at };
    case 'requestStarted':
    case 'taskCreated':
      return { key: keyOf(eventType, id), eventType, status, time: created_at };
    default:
      return { key: keyOf(eventType, id), eventType, status, time: completed_at };
  }
}

/** Entries that are closer to each other are of the same breakdown. */
const ONE_BREAKDOWN_MS = 2000;

function inTheirOrder(errors: RawEvent['errors']): Failure[] {
  const time = ({ created_at: at }: Failure) => Date.parse(at);
  return Object.values(errors).sort((one, other) => time(one) - time(other));
}

/** When the latest breakdown was: the time of its first entry. */
export function firstOfLatest(errors: Failure[]): string {
  const first = errors.findLastIndex(({ created_at: at }, index) => {
    const before = errors[index - 1];
    return !before || Date.parse(at) - Date.parse(before.created_at) >= ONE_BREAKDOWN_MS;
  });
  return errors[first]?.created_at ?? '';
}

/** The key of an event; `which` tells those of one Request or Task apart that can happen more than once. */
export function keyOf(event: string, id: number, which = ''): string {
  return `${event} ${id} ${which}`.trim();
}
