import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../guards';
import { isClockState, type ClockState } from './clock';
import type { Occurrence } from './eventTypes';

/** How far the events of one type have been read. Times are seconds since 1970, by the server's clock. */
export interface TypeState {
  /** Every event before it is done. */
  since: number;
  /** Where reading goes on, by the time that rows are searched by; behind `since` only while catching up. */
  from: number;
  /** Of the second `from`, the rows up to this id are done. */
  after: number;
  /** The identities of the events from `since` on that are done, by their second. */
  seen: Record<string, string[]>;
}

/** What the trigger keeps between polls, in n8n's static data of the node. */
export interface TriggerState {
  /** Ids of another instance are others. */
  instance: string;
  clock: ClockState;
  /** How far each event type has been read, by its value. */
  kinds: Record<string, TypeState>;
}

/** What earlier polls have left; undefined when there is nothing that fits the instance. */
export function readState(
  { instance, clock, kinds }: IDataObject,
  instanceUrl: string,
): TriggerState | undefined {
  if (instance !== instanceUrl || !isClockState(clock) || !isObject(kinds)) return undefined;
  const entries = Object.entries(kinds).filter((entry): entry is [string, TypeState & IDataObject] =>
    isTypeState(entry[1]),
  );
  return { instance, clock, kinds: Object.fromEntries(entries) };
}

function isTypeState(value: unknown): value is TypeState & IDataObject {
  return (
    isObject(value) &&
    [value.since, value.from, value.after].every((number) => typeof number === 'number') &&
    isObject(value.seen)
  );
}

/** Remembers which events of a type are done. */
export class Seen {
  private readonly identities: Set<string>;

  private readonly bySecond: Map<string, string[]>;

  constructor(private readonly state: TypeState) {
    const groups = Object.entries(state.seen);
    this.bySecond = new Map(groups.map(([second, identities]) => [second, [...identities]]));
    this.identities = new Set(groups.flatMap(([, identities]) => identities));
  }

  /** Whether an event has not been seen before; from now on it has. */
  isNew({ time, identity }: Occurrence): boolean {
    if (time < this.state.since || this.identities.has(identity)) return false;
    this.identities.add(identity);
    const second = String(time);
    const group = this.bySecond.get(second);
    if (group) group.push(identity);
    else this.bySecond.set(second, [identity]);
    return true;
  }

  /** What has to be kept when everything before a time is done. */
  from(since: number): TypeState['seen'] {
    return Object.fromEntries([...this.bySecond].filter(([second]) => Number(second) >= since));
  }
}
