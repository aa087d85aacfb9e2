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

/** The last second of the year 9999, since 1970: what comes later has another form. */
export const LATEST_TIME = 253_402_300_799;

/** n8n's own time, in seconds since 1970. */
export function ownSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** The same in milliseconds, to measure how long something takes. */
export function ownMilliseconds(): number {
  return Date.now();
}

/** Rows that are read at once: behind the id `after` of the second `from`, up to the second `to`, or all there are. */
export interface TimeWindow {
  from: number;
  after: number;
  to: number;
}

/** What is read first of a window that holds too much, a second at least. @param times those of its first page */
export function firstPart({ from, after, to }: TimeWindow, share: number, times: number[], now: number) {
  const sorted = [...times].sort((one, other) => one - other);
  const start = sorted[0] ?? from;
  const end = Math.min(to, Math.max(now, start));
  const byLength = start + Math.floor(((end - start) * share) / 2);
  const byRows = sorted[Math.floor(sorted.length * 0.75)] ?? byLength;
  return { from, after, to: Math.max(from, Math.min(byLength, byRows, to - 1)) };
}

/** What comes behind a window: longer where it held little. @param fullness how much of what can be read it held */
export function nextWindow({ from, to }: TimeWindow, now: number, fullness: number): TimeWindow {
  const start = to + 1;
  const until = fullness > 0.5 ? start + to - from : start + 2 * (to - from) + 1;
  return { from: start, after: 0, to: fullness > 0.1 && until < now ? until : Infinity };
}
