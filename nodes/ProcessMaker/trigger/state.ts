import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../guards';
import { isClockState, type ClockState } from './clock';
import type { Occurrence } from './eventTypes';

/** How far the events of one kind have been read. Times are seconds since 1970, by the server's clock. */
export interface KindState {
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
  /** By the value of the kind of event. */
  kinds: Record<string, KindState>;
}

/** What earlier polls have left; undefined when there is nothing that fits the instance. */
export function readState(
  { instance, clock, kinds }: IDataObject,
  instanceUrl: string,
): TriggerState | undefined {
  if (instance !== instanceUrl || !isClockState(clock) || !isObject(kinds)) return undefined;
  const entries = Object.entries(kinds).filter((entry): entry is [string, KindState & IDataObject] =>
    isKindState(entry[1]),
  );
  return { instance, clock, kinds: Object.fromEntries(entries) };
}

function isKindState(value: unknown): value is KindState & IDataObject {
  return (
    isObject(value) &&
    [value.since, value.from, value.after].every((number) => typeof number === 'number') &&
    isObject(value.seen)
  );
}

/** A kind whose events count from this time on. */
export function beginAt(time: number): KindState {
  return { since: time, from: time, after: 0, seen: {} };
}

/** Remembers which events of a kind are done. */
export class Seen {
  private readonly identities: Set<string>;

  private readonly bySecond: Map<string, string[]>;

  constructor(private readonly state: KindState) {
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
  from(since: number): KindState['seen'] {
    return Object.fromEntries([...this.bySecond].filter(([second]) => Number(second) >= since));
  }
}
