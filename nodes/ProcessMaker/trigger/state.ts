import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../guards';
import type { ClockState } from './clock';
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
interface TriggerState {
  /** Ids of another instance are others. */
  instance: string;
  clock: ClockState;
  /** How far each event type has been read, by its value. */
  kinds: Record<string, TypeState>;
}

/** What earlier polls have left for this instance. An event type whose state is not in its form begins anew. */
export function readState(memory: IDataObject, instanceUrl: string): TriggerState | undefined {
  const { instance, clock, kinds } = memory;
  const isComplete = isObject(kinds) && hasNumbers(clock, 'date', 'rows', 'own');
  if (!isComplete || instance !== instanceUrl) return undefined;
  const whole = Object.entries(kinds).filter(([, one]) => isTypeState(one));
  return { instance, clock, kinds: Object.fromEntries(whole) } as unknown as TriggerState;
}

function isTypeState(state: unknown): boolean {
  if (!hasNumbers(state, 'since', 'from', 'after') || !isObject(state.seen)) return false;
  return Object.values(state.seen).every(Array.isArray);
}

function hasNumbers(value: unknown, ...names: string[]): value is IDataObject {
  return isObject(value) && names.every((name) => Number.isFinite(value[name]));
}

/** Remembers which events of a type are done. */
export class Seen {
  /** By identity, the second of each. */
  private readonly times = new Map<string, number>();

  constructor(private readonly state: TypeState) {
    for (const [second, identities] of Object.entries(state.seen)) {
      for (const identity of identities) this.times.set(identity, Number(second));
    }
  }

  /** Whether an event has not been seen before; from now on it has. */
  isNew({ time, identity }: Occurrence): boolean {
    if (time < this.state.since || this.times.has(identity)) return false;
    this.times.set(identity, time);
    return true;
  }

  /** What has to be kept when everything before a time is done. */
  from(since: number): TypeState['seen'] {
    const seen: TypeState['seen'] = {};
    for (const [identity, time] of this.times) {
      if (time >= since) (seen[time] ??= []).push(identity);
    }
    return seen;
  }
}
