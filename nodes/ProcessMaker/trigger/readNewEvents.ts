import { rethrown } from '../transport/processMakerError';
import { addDetails } from './details';
import { EventReader, LIMIT, type NewEvent } from './eventReader';
import type { Watch } from './filters';
import type { EventType } from './eventTypes';
import { withoutRetried } from './retriedRequests';
import { PAGE_ROWS, type Reading, tryFilters } from './rows';
import type { TypeState } from './state';
import { ownSeconds } from './time';

/**
 * Reads what is new, the oldest first: what is newer than something that was not read is left to the next poll.
 * @param states how far earlier polls have read @param former what is done anyway, of types that begin now
 */
export async function readNewEvents(
  reading: Reading,
  watch: Watch,
  states: Record<string, TypeState>,
  former: Record<string, TypeState>,
): Promise<{ events: NewEvent[]; states: Record<string, TypeState> }> {
  const { eventTypes } = watch;
  const later = eventTypes.filter(({ value }) => value in states);
  const time = later.length < eventTypes.length ? await noteTime(reading, eventTypes) : 0;
  const begin = (value: string) => ({ since: time, from: time, after: 0, seen: former[value]?.seen ?? {} });
  const starts = eventTypes.map((type) => ({ type, state: states[type.value] ?? begin(type.value) }));
  if (later.length === 0) {
    return { events: [], states: Object.fromEntries(starts.map(({ type, state }) => [type.value, state])) };
  }
  const readers = starts.map(({ type, state }) => new EventReader(reading, type, state));
  await readAll(reading, readers);
  // What is not read is of this time or later.
  const found = eventsUntil(startOf(readers), readers);
  found.sort((one, other) => one.time - other.time);
  const { events, left, retried } = await withDetails(reading, watch, found);
  const { stopped } = reading.budget;
  if (stopped && found.length > 0 && left.length === found.length) throw stopped;
  const done = new Set(found);
  for (const event of left) done.delete(event);
  const reached = readers.map((reader) => {
    const rest = reader.events.filter((event) => !done.has(event));
    return [reader.type.value, reader.state(rest, retried)] as const;
  });
  return { events, states: Object.fromEntries(reached) };
}

/** At least one step, so that each poll comes further. */
async function readAll({ budget }: Reading, readers: EventReader[]): Promise<void> {
  // Requests and Tasks are lists of their own.
  const lists = new Set(readers.map(({ type }) => type.list)).size;
  for (const moved = new Set<EventReader>(); ;) {
    const reader = farthestBehind(readers);
    if (!reader) return;
    // Events need details: the first page of them at once, whatever it takes.
    const found = eventsUntil(startOf(readers), readers);
    const pages = Math.ceil(found.length / PAGE_ROWS);
    if (moved.size > 0 && !budget.allows(reader.mostPages + Math.max(1, pages * lists))) return;
    try {
      await reader.readNext();
    } catch (error) {
      // What never comes further must not be silent.
      if (!moved.has(reader) && found.length === 0) throw rethrown(error);
      budget.stop(error);
      return;
    }
    moved.add(reader);
  }
}

function eventsUntil(cutoff: number, readers: EventReader[]): NewEvent[] {
  return readers.flatMap(({ events }) => events).filter(({ time }) => time <= cutoff);
}

function startOf(readers: EventReader[]): number {
  return Math.min(...readers.map(({ next }) => next?.from ?? Infinity));
}

/** Whose turn it is; nobody's when what comes next would have to wait for a type of which enough is found. */
function farthestBehind(readers: EventReader[]): EventReader | undefined {
  const isFull = ({ events }: EventReader) => events.length >= LIMIT;
  const others = readers.filter((reader) => reader.next && !isFull(reader));
  const start = startOf(others);
  if (start > startOf(readers.filter(isFull))) return undefined;
  return others.find(({ next }) => next?.from === start);
}

/** Adds the details to as many events as there is time for, and at least to one. */
async function withDetails(reading: Reading, watch: Watch, found: NewEvent[]) {
  const events: NewEvent[] = [];
  const retried: NewEvent[] = [];
  for (let from = 0; from < found.length; from += PAGE_ROWS) {
    if (from > 0 && !reading.budget.allows(1)) return { events, retried, left: found.slice(from) };
    const page = await withoutRetried(reading, found.slice(from, from + PAGE_ROWS));
    const part = await addDetails(reading, page.events, watch);
    events.push(...part.events);
    retried.push(...page.retried);
    const left = [...part.left, ...page.left];
    if (left.length > 0) return { events, retried, left: [...left, ...found.slice(from + PAGE_ROWS)] };
  }
  return { events, retried, left: [] };
}

/**
 * Where types begin of which nothing is known: what is of the server's time of now or later is an event, whenever it can
 * be seen. One search tells it; another one only tries what the user has written for the other list.
 */
async function noteTime(reading: Reading, eventTypes: EventType[]): Promise<number> {
  const [first, ...others] = new Set(eventTypes.map(({ list }) => list));
  const asked = ownSeconds();
  if (first) await tryFilters(reading, first);
  const date = reading.clock.startingAt(asked);
  for (const list of others) if (reading.filters[list].own !== undefined) await tryFilters(reading, list);
  return date;
}
