/** A time of ProcessMaker's API, in UTC where it has no zone, in seconds since 1970; undefined when it is none. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const hasZone = /(?:[zZ]|[+-]\d{2}:?\d{2})$/.test(value);
  const milliseconds = Date.parse(hasZone ? value : `${value.replace(' ', 'T')}Z`);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}

/** Seconds since 1970 as a value of PMQL, in its quotes. With a zone: the server reads others in that of the user. */
export function pmqlSeconds(seconds: number): string {
  return `"${new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')}"`;
}

/** n8n's own time, in seconds since 1970. */
export function ownSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/**
 * A stretch of time whose rows are read at once: from a second on, of which the ids up to `after` are left out, to the
 * end of another second; to the end of what there is where `to` is missing.
 */
export interface TimeWindow {
  from: number;
  after: number;
  to?: number;
}

/** The half of a window that is to be read first, when it holds too much. A single second cannot be halved. */
export function firstHalf({ from, after, to }: TimeWindow, now: number): TimeWindow {
  const end = to ?? Math.max(now, from);
  return { from, after, to: from + Math.floor((end - from) / 2) };
}

/** What comes behind a window: one twice as long, or where that would reach the present, all up to the end. */
export function nextWindow({ from, to = from }: TimeWindow, now: number, end?: number): TimeWindow {
  const start = to + 1;
  const until = start + 2 * (to - from) + 1;
  return { from: start, after: 0, to: until < now ? until : end };
}
