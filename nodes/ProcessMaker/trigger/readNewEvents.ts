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

/** The events among rows, whether they are new or not. */
export function eventsIn(rows: Row[], type: EventType): NewEvent[] {
  return rows.flatMap((row) => {
    const { time, identity } = type.occurrence(row);
    return time === undefined ? [] : [{ time, identity, type, row }];
  });
}

export interface NewEvents {
  events: NewEvent[];
  /** How far reading has come. */
  state: TypeState;
  /** The time up to which everything has been read, where the rest was left to the next poll. */
  resumeFrom?: number;
}

interface ReadingBounds {
  /** New events after which the rest is left. */
  limit?: number;
  /** Where the present is, when not at the server's `Date`. */
  until?: number;
  /** The time after which everything is left to the next poll. */
  cutoff?: number;
}

/** Reads what is new of one type of event, in time windows from the oldest on, and not too much at once. */
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
    events.push(...eventsIn(rows, type).filter((event) => seen.isNew(event)));
    const isLast = rest === undefined && window.to === present;
    progress.note(window, rest, isLast, settled);
    if (!isLast && events.length >= limit) resumeFrom = window.to;
    if (isLast || resumeFrom !== undefined) break;
    next = rest ?? nextWindow(window, Math.min(clock.date ?? 0, end ?? Infinity), end);
  }
  return { events, state: progress.state(type, seen), resumeFrom };
}

/** Reads a time window, or the first part of one that holds too much; `rest` is what is left of a single second. */
async function readWindow(reading: Reading, type: EventType, asked: TimeWindow) {
  const { clock } = reading;
  let window = asked;
  let page = await readRows(reading, type, window);
  while (page.total > LIMIT && window.from !== window.to) {
    window = firstHalf(window, clock.date ?? 0);
    page = await readRows(reading, type, window);
  }
  // Everything that was written before this time was visible when reading began.
  const settled = type.column === 'due' ? clock.passed : clock.settled;
  const rows = [...page.rows];
  // The end is where a page is not full: what is added meanwhile changes the total.
  for (let last = rows.at(-1); last && page.rows.length >= PAGE_ROWS; last = rows.at(-1)) {
    const rest = { ...window, after: last.id };
    if (rows.length >= LIMIT && window.from === window.to) return { window, rows, rest, settled };
    page = await readRows(reading, type, rest);
    rows.push(...page.rows);
  }
  return { window, rows, rest: undefined, settled };
}

/** Where the next poll has to begin: nothing before it can become visible any more. */
class Progress {
  private start: Pick<TypeState, 'from' | 'after'>;

  private isSettling = true;

  private hasEnded = false;

  constructor(private readonly before: TypeState) {
    this.start = before;
  }

  note({ from, to }: TimeWindow, rest: TimeWindow | undefined, isLast: boolean, settled: number): void {
    this.hasEnded = isLast;
    if (!this.isSettling) return;
    this.isSettling = !isLast && (to ?? from) < settled;
    if (this.isSettling) {
      this.start = rest ?? { from: (to ?? from) + 1, after: 0 };
      return;
    }
    // What becomes due while a slow server is read is behind the last window.
    const reached = to === undefined ? settled : Math.min(settled, to + 1);
    if (reached > this.start.from) this.start = { from: reached, after: 0 };
  }

  state(type: EventType, seen: Seen): TypeState {
    const { from, after } = this.start;
    // A Request in ERROR is found by its last change, which may be later than what broke it: while catching up, an
    // event from before may still come.
    const isOwnTime = type.column !== 'updated_at' || this.hasEnded;
    const since = isOwnTime ? Math.max(from, this.before.since) : this.before.since;
    return { since, from, after, seen: seen.from(since) };
  }
}
