import { inputFailure, type Result } from '../transport/failure';
import { addDetails, type Details } from './details';
import type { Watch } from './filters';
import type { EventKind } from './eventTypes';
import { PAGE_ROWS, readRows, readServerTime, type Reading } from './rows';
import type { Slice } from './timeWindow';
import type { NewEvent } from './readNewEvents';

/** How far back is looked first, in seconds, and how many times as far after that. */
const FIRST_SECONDS = 3600;
const WIDER = 24;

/** What is looked for in vain for so long may be there, but is no sample that is worth more calls. */
const MOST_CALLS = 60;

/** The latest event of the chosen kinds that has really happened, as a sample for a manual test. */
export async function latestEvent(
  reading: Reading,
  { kinds }: Watch,
  details: Details,
): Promise<Result<NewEvent>> {
  const now = await readServerTime(reading);
  if (!now.ok) return now;
  const events: NewEvent[] = [];
  let isAll = true;
  for (const kind of kinds) {
    const found = await latestOf(reading, kind, now.value, details);
    if (!found.ok) return found;
    events.push(...found.value.events);
    isAll &&= found.value.isAll;
  }
  const [latest] = events.sort(latestFirst);
  if (latest) return { ok: true, value: latest };
  const names = kinds.map(({ name }) => `'${name}'`).join(', ');
  return inputFailure(
    isAll
      ? `There is no event of the kind ${names} in ProcessMaker yet that could serve as a sample`
      : `Among the latest events of the kind ${names} in ProcessMaker is none that could serve as a sample`,
    "Make one happen in ProcessMaker, or loosen 'Process Names or IDs' and 'Filters'. What the user of the access token may not see is not found.",
  );
}

const latestFirst = (one: NewEvent, other: NewEvent) => other.time - one.time || other.row.id - one.row.id;

/**
 * Looks for the latest event of a kind, back from now in slices of time: what came last may have come to an old Request,
 * and no order but that of the ids can be had.
 *
 * @returns `isAll` is false where there may be more than it has looked at
 */
async function latestOf(
  reading: Reading,
  kind: EventKind,
  now: number,
  details: Details,
): Promise<Result<{ events: NewEvent[]; isAll: boolean }>> {
  // What becomes due later is no event yet; all else that can be seen has happened.
  let to = kind.column === 'due' ? now : undefined;
  let from = now - FIRST_SECONDS;
  /** From here to the end of the slice there is more than can be read at once. */
  let full: number | undefined;
  let best: NewEvent[] = [];
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    const slice: Slice = { from, after: 0, ...(to !== undefined && { to }) };
    const read = await readRows(reading, kind, slice);
    if (!read.ok) return read;
    const end: number = to ?? Math.max(now, from);
    if (read.value.total > PAGE_ROWS && from < end) {
      full = from;
      from = Math.ceil((from + end) / 2);
      continue;
    }
    const events = read.value.rows.flatMap((row) => {
      const occurrence = kind.occurrence(row);
      return occurrence ? [{ ...occurrence, kind, row }] : [];
    });
    const detailed = await addDetails(reading.connection, events, details);
    if (!detailed.ok) return detailed;
    best = [...best, ...detailed.value].sort(latestFirst).slice(0, 1);
    // A Request in ERROR is found by its last change, which may be later than what broke it.
    if (from <= 0 || best.some(({ time }) => time >= from)) {
      return { ok: true, value: { events: best, isAll: true } };
    }
    to = from - 1;
    if (full === from) full = undefined;
    from = full === undefined ? Math.max(0, now - WIDER * (now - to)) : Math.ceil((full + to) / 2);
  }
  return { ok: true, value: { events: best, isAll: false } };
}
