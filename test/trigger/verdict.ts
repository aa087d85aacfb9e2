import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Happening } from './timeline';

export interface Verdict {
  /** Events that were not given out. */
  lost: string[];
  /** Events that were given out once more than they should. */
  repeated: string[];
  /** Executions whose events are not the oldest first. */
  disordered: number;
}

/** Compares what the trigger gave out with what has happened. */
export function judge(happenings: Happening[], executions: INodeExecutionData[][], seenBy: number): Verdict {
  const items = executions.flat().map(({ json }) => eventOf(json));
  const given = new Map<string, number>();
  for (const { key } of items) given.set(key, (given.get(key) ?? 0) + 1);
  const expected = new Map(happenings.map(({ key, expectation }) => [key, expectation]));
  const isLost = ({ key, expectation, visibleAt }: Happening) =>
    expectation === 'given' && visibleAt <= seenBy && !given.has(key);
  return {
    lost: happenings.filter(isLost).map(({ key }) => key),
    repeated: [...given].flatMap(([key, times]) => {
      const most = (expected.get(key) ?? 'never') === 'never' ? 0 : 1;
      return Array<string>(Math.max(0, times - most)).fill(key);
    }),
    disordered: executions.filter((one) => !isOldestFirst(one.map(({ json }) => eventOf(json).time))).length,
  };
}

/** An item as the trigger gives it without Simplify. */
interface RawEvent {
  event: string;
  id: number;
  created_at: string;
  completed_at: string;
  due_at: string;
  errors: { created_at: string }[];
}

/** What names the event of an item, and when it was. */
export function eventOf(json: IDataObject): { key: string; time: string } {
  const { event, id, created_at, completed_at, due_at, errors } = json as unknown as RawEvent;
  switch (event) {
    case 'requestErrored':
      return { key: keyOf(event, id, errors.length), time: errors.at(-1)?.created_at ?? '' };
    case 'taskOverdue':
      return { key: keyOf(event, id, due_at), time: due_at };
    case 'requestStarted':
    case 'taskCreated':
      return { key: keyOf(event, id), time: created_at };
    default:
      return { key: keyOf(event, id), time: completed_at };
  }
}

/** The key of an event; `which` tells those of one Request or Task apart that can happen more than once. */
export function keyOf(event: string, id: number, which: string | number = ''): string {
  return `${event} ${id} ${which}`.trim();
}

function isOldestFirst(times: string[]): boolean {
  return times.every((time, index) => index === 0 || time >= (times[index - 1] ?? ''));
}
