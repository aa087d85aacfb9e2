import type { Connection } from '../../../transport/connection';
import { pauseFor } from '../../../transport/connection';
import type { ItemFailure } from '../../../execution/failedItem';
import type { ApiRequest } from '../../../api/requests/simplifyRequest';
import type { Entry } from './item';
import { findByKeys } from './lookup';
import { includesData } from './recalled';

/** Pauses between look-ups; the last one goes on. */
const PAUSES_MS = [1000, 1000, 2000, 3000, 5000];
/** After its window an item is given up only on an answer; this many look-ups may stay without one. */
const MAX_SILENT_LOOKUPS = 3;

/** A start of which nobody knows whether it was carried out, with the key to find it by. */
export interface UnknownStart {
  entry: Entry;
  key: string;
  failure: ItemFailure;
  /** Until when it is looked for, in milliseconds since 1970. */
  until: number;
}

export interface Found {
  start: UnknownStart;
  request: ApiRequest;
}

/**
 * Looks for starts until each is found or its window has passed, all of them in one call each time.
 *
 * @returns `found`; `missing`: not there, by an answer after their window; `open`: what could not be looked up, since
 * ProcessMaker stayed silent or the execution was canceled
 */
export async function lookForUnknown(
  connection: Connection,
  starts: UnknownStart[],
): Promise<{ found: Found[]; missing: UnknownStart[]; open: UnknownStart[] }> {
  const found: Found[] = [];
  const missing: UnknownStart[] = [];
  let open = starts;
  const includeData = includesData(starts.map(({ entry }) => entry));
  for (let round = 0, silent = 0; open.length > 0; round++) {
    const goesOn = await pauseFor(connection, PAUSES_MS[Math.min(round, PAUSES_MS.length - 1)] ?? 0);
    if (!goesOn) break;
    const askedAt = Date.now();
    const result = await findByKeys(connection, { prefixes: open.map(({ key }) => key) }, includeData);
    if (!result.ok) {
      const allPassed = open.every(({ until }) => until <= askedAt);
      if (allPassed && ++silent === MAX_SILENT_LOOKUPS) break;
      continue;
    }
    // The first of several: another process may have been given the data, and the key with it.
    const requests = new Map(result.value.toReversed().map(({ key, request }) => [key, request]));
    open = open.filter((start) => {
      const request = requests.get(start.key);
      if (request) found.push({ start, request });
      else if (start.until <= askedAt) missing.push(start);
      else return true;
      return false;
    });
  }
  return { found, missing, open };
}
