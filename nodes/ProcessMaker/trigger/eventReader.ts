import { changedOnTheWay } from '../transport/pagination';
import { type EventType, type Occurrence, type Row, searchedTime } from './eventTypes';
import { FEW_ROWS, miscounted, PAGE_ROWS, readRows, readServerTime, type Reading } from './rows';
import { Progress, Seen, type TypeState } from './state';
import { firstPart, nextWindow, ownMilliseconds, type TimeWindow } from './time';

/** Rows that are read at once at most, and new events after which the rest is left to the next poll. */
export const LIMIT = 500;

/** How far the time of rows may be ahead of all clocks. */
const AHEAD_SECONDS = 30;

export interface NewEvent extends Occurrence {
  type: EventType;
  row: Row;
  /** The time by which its row was found, which is another one for a breakdown. */
  foundAt: number;
}

/** The events among rows, whether they are new or not. */
export function eventsIn(rows: Row[], type: EventType): NewEvent[] {
  return rows.flatMap((row) => {
    const found = searchedTime(type, row);
    const { time, ...occurrence } = type.occurrence?.(row) ?? { time: found, identity: String(row.id) };
    return time === undefined ? [] : { time, ...occurrence, type, row, foundAt: found ?? time };
  });
}

/** Reads what is new of one type of event, in time windows from the oldest on: one step at a time, of few calls. */
export class EventReader {
  readonly events: NewEvent[] = [];

  /** What is to be read next; undefined once the present is reached. */
  next: TimeWindow | undefined;

  private readonly seen: Seen;

  private readonly progress: Progress;

  private end: number | undefined;

  constructor(
    private readonly reading: Reading,
    readonly type: EventType,
    before: TypeState,
  ) {
    this.seen = new Seen(before);
    this.progress = new Progress(before);
    const { from, after, span } = before;
    const to = span === undefined ? Infinity : from + span - 1;
    // Part of a second is read to its end first. What may reach the present is read to the end.
    this.next = { from, after, to: after > 0 ? from : to < reading.clock.earliest ? to : Infinity };
  }

  async readNext(): Promise<void> {
    if (!this.next) return;
    const { reading, type } = this;
    const { clock } = reading;
    // What becomes due later is no event yet.
    this.end ??= type.column === 'due' ? await readServerTime(reading) : Infinity;
    const window = { ...this.next, to: Math.min(this.next.to, this.end) };
    if (window.from > window.to) {
      this.next = undefined;
      return;
    }
    const { rows, total } = await readRows(reading, type, window);
    const now = clock.date ?? 0;
    // The last page is not full, so that no further call has to show that it was the last.
    const most = this.mostPages * PAGE_ROWS - 1;
    if (total > most && window.from > Math.max(now, ownMilliseconds() / 1000) + AHEAD_SECONDS) {
      throw changedOnTheWay(
        `ProcessMaker says that ${total} rows are from after ${new Date(window.from * 1000).toISOString()}, which is still to come`,
      );
    }
    if (total > most && window.from !== window.to) {
      const times = rows.flatMap((row) => searchedTime(type, row) ?? []);
      this.next = firstPart(window, most / total, times, now);
      return;
    }
    // Everything that was written before this time was visible when reading began.
    const settled = type.column === 'due' ? clock.passed : clock.settled;
    const rest = await this.readOn(window, rows, most);
    if (!rest && rows.length < total - FEW_ROWS) throw miscounted(total, rows.length);
    this.events.push(...eventsIn(rows, type).filter((event) => this.seen.isNew(event)));
    const isLast = rest === undefined && window.to === this.end;
    this.progress.note(window, rest, isLast, settled);
    this.next = isLast
      ? undefined
      : (rest ?? nextWindow(window, Math.min(now, this.end), rows.length / most));
  }

  /** How many pages may be read at once: of many types, on a slow server, each may take only so much. */
  get mostPages(): number {
    const { budget, types } = this.reading;
    return Math.max(1, Math.min(Math.floor(LIMIT / PAGE_ROWS), Math.floor(budget.room / types / 2)));
  }

  /**
   * How far the type has been read.
   *
   * @param left events that are left to the next poll @param retried what is no event as long as it stays as it is
   */
  state(left: NewEvent[], retried: NewEvent[] = []): TypeState {
    this.seen.forget(left);
    this.seen.putOff(retried.filter(({ type }) => type === this.type));
    const { next, type } = this;
    const state = this.progress.state(type.column !== 'updated_at', this.seen, left);
    if (next && next.to !== Infinity) state.span = next.to - next.from + 1;
    return state;
  }

  /** Adds the other pages of a window. @returns what is left of a single second that holds too much */
  private async readOn(window: TimeWindow, rows: Row[], most: number): Promise<TimeWindow | undefined> {
    let page = rows.length;
    // The end is where a page is not full: what is added meanwhile changes the total.
    for (let last = rows.at(-1); last && page >= PAGE_ROWS; last = rows.at(-1)) {
      const rest = { ...window, after: last.id };
      if (window.from === window.to && rows.length >= most) return rest;
      if (rows.length > 3 * LIMIT) throw miscounted(most, rows.length);
      const more = await readRows(this.reading, this.type, rest);
      page = more.rows.length;
      rows.push(...more.rows);
    }
    return undefined;
  }
}
