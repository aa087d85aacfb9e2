import type { IDataObject } from 'n8n-workflow';

import { asText } from '../helpers/guards';
import { parseTime } from './time';

/**
 * How far behind the server's time a cursor stays, in seconds. What a server writes becomes visible up to 120 seconds
 * later, an answer may be 30 seconds old when it arrives, and the clocks of a server's machines differ a little.
 */
export const OVERLAP_SECONDS = 180;

/** The columns that a server writes its own time into. */
const WRITTEN_TIMES = ['created_at', 'updated_at', 'completed_at'];

/**
 * What is known of the server's time, in seconds since 1970: from the `Date` of its answers, and from the times in its
 * rows, which it cannot have written before they came. n8n's own clock has no part in it.
 */
export class ServerClock {
  /** By the latest answer. */
  date: number | undefined;

  /** @param latest the latest time that a row has ever held */
  constructor(public latest: number) {}

  noteHeaders(headers: Record<string, unknown>): void {
    const milliseconds = Date.parse(asText(headers.date));
    if (!Number.isNaN(milliseconds)) this.date = Math.floor(milliseconds / 1000);
  }

  noteRow(row: IDataObject): void {
    for (const column of WRITTEN_TIMES) {
      this.latest = Math.max(this.latest, parseTime(row[column]) ?? 0);
    }
  }

  /**
   * Everything that was written before this time can be seen by now. Both clocks have to say so: that of a gateway may
   * be wrong, and so may a row that came from elsewhere.
   */
  get settled(): number {
    return Math.min(this.date ?? 0, this.latest) - OVERLAP_SECONDS;
  }

  /** The same for what the passing of time alone brings about. */
  get passed(): number {
    return (this.date ?? 0) - OVERLAP_SECONDS;
  }
}
