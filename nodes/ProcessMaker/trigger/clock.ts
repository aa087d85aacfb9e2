import type { IDataObject } from 'n8n-workflow';

import { unexpectedResponse } from '../transport/processMakerError';
import { serverTime } from '../transport/response';
import { ownSeconds, parseTime } from './time';

/** What a server writes is seen up to 120 s later, a response may be 30 s old, and its machines' clocks differ. */
export const OVERLAP_SECONDS = 180;

const WRITTEN_TIMES = ['created_at', 'updated_at', 'completed_at'];

/** Clocks that are further apart are not read by: a poll ends with an error, and the next one goes on. */
const MOST_APART = 24 * 3600;

/** What is kept of the clocks between polls, in seconds since 1970. */
export interface ClockState {
  /** What the server's time was at least when the last response came. */
  date: number;
  /** The time that its rows had reached by then, at the least. */
  rows: number;
  own: number;
}

/**
 * What is known of the server's time: from the `Date` of its responses, from the times in its rows, and from what has
 * passed since an earlier poll. No one clock can push a cursor: a gateway's may be minutes ahead, n8n's own may be set.
 */
export class ServerClock {
  date: number | undefined;

  private own = 0;

  private latest = 0;

  constructor(private readonly before?: ClockState) {}

  /** @throws ProcessMakerError when the `Date` is more than a day from n8n's own time, or that far behind the last poll */
  noteHeaders(headers: Record<string, unknown>): void {
    const milliseconds = serverTime(headers);
    if (milliseconds === undefined) return;
    const date = Math.floor(milliseconds / 1000);
    const own = ownSeconds();
    if (Math.abs(date - own) > MOST_APART) {
      throw unexpectedResponse(
        `ProcessMaker's clock says ${asDate(date)}, and that of n8n ${asDate(own)}, more than a day apart`,
      ).with({
        description:
          "Set the clock that is wrong: that of the server, of the gateway in front of it, or of n8n. ProcessMaker's clock is read from the header 'Date' of its responses.",
      });
    }
    if (this.earliest > date + MOST_APART) {
      throw unexpectedResponse(
        `ProcessMaker's clock says ${asDate(date)}, and the last poll has read up to ${asDate(this.earliest)}, more than a day apart`,
      ).with({
        description:
          'If the clocks were wrong then and are right now, replace the node with a copy of it: the copy begins from now.',
      });
    }
    this.date = date;
    this.own = own;
  }

  noteRow(row: IDataObject): void {
    for (const column of WRITTEN_TIMES) {
      this.latest = Math.max(this.latest, parseTime(row[column]) ?? 0);
    }
  }

  /** What the server's time was at least when this poll began; 0 when that is not known. */
  get earliest(): number {
    return this.before?.date ?? 0;
  }

  get state(): ClockState {
    const { date = 0, own, latest, before } = this;
    if (!before) return { date, rows: Math.min(date, latest), own };
    const elapsed = own - before.own;
    // n8n's clock was set back: it does not show how much time has passed.
    const sure = elapsed < 0 ? date : Math.min(date, before.date + elapsed);
    const passed = elapsed < 0 ? 0 : Math.max(0, sure - before.date);
    const rows = Math.min(date, Math.max(before.rows + passed, latest));
    // Rows that were written since make up for a `Date` that was far behind once.
    return { date: Math.max(sure, rows), rows, own };
  }

  /**
   * The server's time, for what begins now. A `Date` that is ahead counts only as far as time has passed since an earlier
   * poll. @param asked n8n's own time when the server was asked
   */
  startingAt(asked: number): number {
    const { state, before } = this;
    if (!before || asked < before.own) return state.date;
    return Math.min(state.date, before.date + asked - before.own);
  }

  /** Everything that was written before this time can be seen by now. */
  get settled(): number {
    return this.state.rows - OVERLAP_SECONDS;
  }

  /** The same as `settled` for what the passing of time alone brings about. */
  get passed(): number {
    return this.state.date - OVERLAP_SECONDS;
  }
}

function asDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
