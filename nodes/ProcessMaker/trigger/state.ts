import { isObject } from '../guards';
import type { ClockState } from './clock';
import type { Occurrence } from './eventTypes';
import { LATEST_TIME, type TimeWindow } from './time';

/** The year 2015: ProcessMaker 4 is younger. */
const EARLIEST = 1_420_070_400;

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
  /** How many seconds are to be read first, where more held too much. */
  span?: number;
}

/** What the trigger keeps between polls, in n8n's static data of the node. */
export interface TriggerState {
  /** Ids of another instance are others. */
  instance: string;
  clock: ClockState;
  kinds: Record<string, TypeState>;
}

/** Reads what earlier polls have left for this instance. What is not in its form begins anew, with a warning. */
export function readState(memory: unknown, instanceUrl: string): { state?: TriggerState; warning?: string } {
  if (isObject(memory) && Object.keys(memory).length === 0) return {};
  const { instance, clock, kinds } = isObject(memory) ? memory : {};
  if (typeof instance !== 'string' || !isObject(kinds) || !isClockState(clock)) {
    return { warning: aboutLost('What it kept between polls') };
  }
  if (instance !== instanceUrl) return {};
  const whole = Object.entries(kinds).filter(([, one]) => isTypeState(one));
  const lost = Object.keys(kinds).filter((kind) => !isTypeState(kinds[kind]));
  return {
    state: { instance, clock, kinds: Object.fromEntries(whole) } as unknown as TriggerState,
    ...(lost.length > 0 && { warning: aboutLost(`What it kept of ${lost.join(', ')}`) }),
  };
}

function aboutLost(what: string): string {
  return `${what} is not in the form in which the ProcessMaker Trigger keeps it, so that it begins from now again. Look in ProcessMaker for what has happened since the last execution.`;
}

function isClockState(clock: unknown): boolean {
  if (!isObject(clock) || !isTime(clock.date)) return false;
  return isCount(clock.own) && isCount(clock.rows) && Number(clock.rows) <= Number(clock.date);
}

function isTypeState(state: unknown): boolean {
  if (!isObject(state) || !isTime(state.since) || !isTime(state.from) || !isCount(state.after)) return false;
  const { seen, span = 1 } = state;
  if (!isObject(seen) || !isCount(span) || span === 0) return false;
  const isText = (one: unknown) => typeof one === 'string';
  return Object.entries(seen).every(
    ([second, list]) => isCount(Number(second)) && Array.isArray(list) && list.every(isText),
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isTime(value: unknown): boolean {
  return isCount(value) && Number(value) >= EARLIEST && Number(value) <= LATEST_TIME;
}

/** How far reading has come: nothing before it can become visible any more. */
export class Progress {
  private start: Pick<TypeState, 'from' | 'after'>;

  private isSettling = true;

  private hasEnded = false;

  constructor(private readonly before: TypeState) {
    this.start = before;
  }

  /** @param settled everything that was written before this time was visible when the window was read */
  note({ to }: TimeWindow, rest: TimeWindow | undefined, isLast: boolean, settled: number): void {
    this.hasEnded = isLast;
    if (!this.isSettling) return;
    this.isSettling = !isLast && to < settled;
    // What becomes due while a slow server is read is behind the last window.
    const from = this.isSettling ? to + 1 : Math.min(settled, to + 1);
    if (this.isSettling && rest) this.start = rest;
    else if (this.isSettling || from > this.start.from) this.start = { from, after: 0 };
  }

  /** Where the next poll has to begin. @param isOwnTime whether events are found by the time at which they were */
  state(isOwnTime: boolean, seen: Seen, left: Array<{ foundAt: number }>): TypeState {
    const { before } = this;
    let { from, after } = this.start;
    const first = left.reduce((earliest, { foundAt }) => Math.min(earliest, foundAt), Infinity);
    if (first <= from) [from, after] = [first, first === before.from ? before.after : 0];
    // A Request in ERROR is found by its last change: while catching up, an event from before may still come.
    const isDone = isOwnTime || (this.hasEnded && left.length === 0);
    const since = isDone ? Math.max(from, before.since) : before.since;
    return { since, from, after, seen: seen.from(since) };
  }
}

export class Seen {
  private readonly times = new Map<string, number>();

  constructor(private readonly state: TypeState) {
    for (const [second, identities] of Object.entries(state.seen)) {
      for (const identity of identities) this.times.set(identity, Number(second));
    }
  }

  /** Whether an event has not been seen before; from now on it has. */
  isNew({ time, identity, stage }: Occurrence): boolean {
    if (time < this.state.since || this.times.has(identity)) return false;
    if (stage !== undefined && this.times.has(stage)) return false;
    this.times.set(identity, time);
    return true;
  }

  forget(events: Occurrence[]): void {
    for (const { identity } of events) this.times.delete(identity);
  }

  /** What is no event yet is seen again once there is more of it. */
  putOff(events: Occurrence[]): void {
    this.forget(events);
    for (const { time, stage } of events) {
      if (stage !== undefined) this.times.set(stage, time);
    }
  }

  from(since: number): TypeState['seen'] {
    const seen: TypeState['seen'] = {};
    for (const [identity, time] of this.times) {
      if (time >= since) (seen[time] ??= []).push(identity);
    }
    return seen;
  }
}
