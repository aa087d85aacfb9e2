import type { Result } from '../transport/failure';
import type { EventKind, Occurrence, Row } from './eventTypes';
import { PAGE_ROWS, readRows, readServerTime, type Reading } from './rows';
import { firstHalf, firstSlice, isOneSecond, nextSlice, type Slice } from './timeWindow';
import { Seen, type KindState } from './state';

/** Rows that are read at once, and new events after which the rest is left to the next poll. */
export const LIMIT = 500;

/** An event that was not seen before. */
export interface NewEvent extends Occurrence {
  kind: EventKind;
  row: Row;
}

export interface Walk {
  events: NewEvent[];
  /** How far reading has come. */
  state: KindState;
  /** The time up to which everything has been read, where the rest was left to the next poll. */
  leftAt?: number;
}

/** How far a walk may go. */
export interface WalkBounds {
  /** New events after which the rest is left. */
  limit?: number;
  /** Where the present is, when not at the server's `Date`. */
  until?: number;
  /** The time after which everything is left to the next poll. */
  horizon?: number;
}

/**
 * Reads what is new of one kind of event, in slices of time from the oldest on, so that after a long pause the oldest
 * events come first, and not too many at once.
 */
export async function walk(
  reading: Reading,
  kind: EventKind,
  state: KindState,
  { limit = LIMIT, until = Infinity, horizon = Infinity }: WalkBounds = {},
): Promise<Result<Walk>> {
  const { clock } = reading;
  // What becomes due later is no event yet.
  const limitOfTime = kind.column === 'due' ? await readServerTime(reading) : undefined;
  if (limitOfTime?.ok === false) return limitOfTime;
  const present = limitOfTime && Math.min(limitOfTime.value, until);
  const end = horizon === Infinity ? present : Math.min(horizon, present ?? Infinity);
  const seen = new Seen(state);
  const events: NewEvent[] = [];
  const progress = new Progress(state);
  let slice = firstSlice(state.from, state.after, end);
  let leftAt: number | undefined;
  while (end === undefined || slice.from <= end) {
    const read = await readSlice(reading, kind, slice);
    if (!read.ok) return read;
    const { rows, settled, rest, ...done } = read.value;
    for (const row of rows) {
      const occurrence = kind.occurrence(row);
      if (occurrence && seen.isNew(occurrence)) events.push({ ...occurrence, kind, row });
    }
    const isLast = rest === undefined && done.slice.to === present;
    progress.note(done.slice, rest, isLast, settled);
    if (!isLast && events.length >= limit) leftAt = done.slice.to;
    if (isLast || leftAt !== undefined) break;
    slice = rest ?? nextSlice(done.slice, Math.min(clock.date ?? 0, end ?? Infinity), end);
  }
  return { ok: true, value: { events, state: progress.state(kind, seen), leftAt } };
}

interface ReadSlice {
  /** What was read, which may be less than what was asked for. */
  slice: Slice;
  rows: Row[];
  /** What is left of a second that holds too much. */
  rest?: Slice;
  /** Everything that was written before this time was visible when reading began. */
  settled: number;
}

/** Reads a slice, or the first part of one that holds too much. */
async function readSlice(reading: Reading, kind: EventKind, asked: Slice): Promise<Result<ReadSlice>> {
  const { clock } = reading;
  let slice = asked;
  let page = await readRows(reading, kind, slice);
  while (page.ok && page.value.total > LIMIT && !isOneSecond(slice)) {
    slice = firstHalf(slice, clock.date ?? 0);
    page = await readRows(reading, kind, slice);
  }
  const settled = kind.column === 'due' ? clock.passed : clock.settled;
  const rows: Row[] = [];
  while (page.ok) {
    rows.push(...page.value.rows);
    const last = rows.at(-1);
    // The end is where a page is not full: what is added meanwhile changes the total.
    if (last === undefined || page.value.rows.length < PAGE_ROWS) {
      return { ok: true, value: { slice, rows, settled } };
    }
    const rest = { ...slice, after: last.id };
    if (rows.length >= LIMIT && isOneSecond(slice))
      return { ok: true, value: { slice, rows, rest, settled } };
    page = await readRows(reading, kind, rest);
  }
  return page;
}

/** Where the next poll has to begin: nothing before it can become visible any more. */
class Progress {
  private from: number;

  private after: number;

  private isSettling = true;

  private hasEnded = false;

  constructor(private readonly before: KindState) {
    this.from = before.from;
    this.after = before.after;
  }

  note({ from, to }: Slice, rest: Slice | undefined, isLast: boolean, settled: number): void {
    this.hasEnded = isLast;
    if (!this.isSettling) return;
    if (!isLast && (to ?? from) < settled) {
      this.from = rest?.from ?? (to ?? from) + 1;
      this.after = rest?.after ?? 0;
      return;
    }
    this.isSettling = false;
    // What becomes due while a slow server is read is behind the last slice.
    const reached = to === undefined ? settled : Math.min(settled, to + 1);
    if (reached > this.from) {
      this.from = reached;
      this.after = 0;
    }
  }

  state(kind: EventKind, seen: Seen): KindState {
    const { from, after, before } = this;
    // A Request in ERROR is found by its last change, which may be later than what broke it: while catching up, an
    // event from before may still come.
    const isOwnTime = kind.column !== 'updated_at';
    const since = isOwnTime || this.hasEnded ? Math.max(from, before.since) : before.since;
    return { since, from, after, seen: seen.from(since) };
  }
}
