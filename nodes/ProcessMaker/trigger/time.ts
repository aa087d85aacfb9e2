/**
 * A time as ProcessMaker's API gives it, in seconds since 1970, which is as fine as its database keeps it. It is in UTC
 * where it has no zone.
 *
 * @returns undefined when it is none
 */
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
