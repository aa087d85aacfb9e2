import type { EventType, Occurrence, Row } from './eventTypes';
import { PAGE_ROWS, readRows, readServerTime, type Reading } from './rows';
import { Seen, type TypeState } from './state';
import { firstHalf, nextWindow, type TimeWindow } from './time';

/** Rows that are read at once, and new events after which the rest is left to the next poll. */
export const LIMIT = 500;

/** An event that was not seen before. */
export interface NewEvent extends Occurrence {
  type: EventType;
  row: Row;
}

export interface NewEvents {
  events: NewEvent[];
  /** How far reading has come. */
  state: TypeState;
  /** The time up to which everything has been read, where the rest was left to the next poll. */
  resumeFrom?: number;
}

export interface ReadingBounds {
  /** New events after which the rest is left. */
  limit?: number;
  /** Where the present is, when not at the server's `Date`. */
  until?: number;
  /** The time after which everything is left to the next poll. */
  cutoff?: number;
}

/**
 * Reads what is new of one type of event, in time windows from the oldest on, so that after a long pause the oldest
 * events come first, and not too many at once.
 */
export async function readNewEvents(
  reading: Reading,
  type: EventType,
  state: TypeState,
  { limit = LIMIT, until = Infinity, cutoff = Infinity }: ReadingBounds = {},
): Promise<NewEvents> {
  const { clock } = reading;
  // What becomes due later is no event yet.
  const present = type.column === 'due' ? Math.min(await readServerTime(reading), until) : undefined;
  const end = cutoff === Infinity ? present : Math.min(cutoff, present ?? Infinity);
  const seen = new Seen(state);
  const events: NewEvent[] = [];
  const progress = new Progress(state);
  const { from, after } = state;
  // Part of a second is read to its end first.
  let next: TimeWindow = { from, after, to: after > 0 ? from : end };
  let resumeFrom: number | undefined;
  while (end === undefined || next.from <= end) {
    const { window, rows, rest, settled } = await readWindow(reading, type, next);
    for (const row of rows) {
      const occurrence = type.occurrence(row);
      if (occurrence && seen.isNew(occurrence)) events.push({ ...occurrence, type, row });
    }
    const isLast = rest === undefined && window.to === present;
    progress.note(window, rest, isLast, settled);
    if (!isLast && events.length >= limit) resumeFrom = window.to;
    if (isLast || resumeFrom !== undefined) break;
    next = rest ?? nextWindow(window, Math.min(clock.date ?? 0, end ?? Infinity), end);
  }
  return { events, state: progress.state(type, seen), resumeFrom };
}

interface ReadWindow {
  /** What was read, which may be less than what was asked for. */
  window: TimeWindow;
  rows: Row[];
  /** What is left of a second that holds too much. */
  rest?: TimeWindow;
  /** Everything that was written before this time was visible when reading began. */
  settled: number;
}

/** Reads a time window, or the first part of one that holds too much. */
async function readWindow(reading: Reading, type: EventType, asked: TimeWindow): Promise<ReadWindow> {
  const { clock } = reading;
  let window = asked;
  let page = await readRows(reading, type, window);
  while (page.total > LIMIT && window.from !== window.to) {
    window = firstHalf(window, clock.date ?? 0);
    page = await readRows(reading, type, window);
  }
  const settled = type.column === 'due' ? clock.passed : clock.settled;
  const rows = [...page.rows];
  // The end is where a page is not full: what is added meanwhile changes the total.
  for (let last = rows.at(-1); last && page.rows.length >= PAGE_ROWS; last = rows.at(-1)) {
    const rest = { ...window, after: last.id };
    if (rows.length >= LIMIT && window.from === window.to) return { window, rows, rest, settled };
    page = await readRows(reading, type, rest);
    rows.push(...page.rows);
  }
  return { window, rows, settled };
}

/** Where the next poll has to begin: nothing before it can become visible any more. */
class Progress {
  private from: number;

  private after: number;

  private isSettling = true;

  private hasEnded = false;

  constructor(private readonly before: TypeState) {
    this.from = before.from;
    this.after = before.after;
  }

  note({ from, to }: TimeWindow, rest: TimeWindow | undefined, isLast: boolean, settled: number): void {
    this.hasEnded = isLast;
    if (!this.isSettling) return;
    if (!isLast && (to ?? from) < settled) {
      this.from = rest?.from ?? (to ?? from) + 1;
      this.after = rest?.after ?? 0;
      return;
    }
    this.isSettling = false;
    // What becomes due while a slow server is read is behind the last window.
    const reached = to === undefined ? settled : Math.min(settled, to + 1);
    if (reached > this.from) {
      this.from = reached;
      this.after = 0;
    }
  }

  state(type: EventType, seen: Seen): TypeState {
    const { from, after, before } = this;
    // A Request in ERROR is found by its last change, which may be later than what broke it: while catching up, an
    // event from before may still come.
    const isOwnTime = type.column !== 'updated_at';
    const since = isOwnTime || this.hasEnded ? Math.max(from, before.since) : before.since;
    return { since, from, after, seen: seen.from(since) };
  }
}
