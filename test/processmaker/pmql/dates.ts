import { DateTime } from 'luxon';
import type { Interval } from './parse';

const ZONELESS = /^\d{4}[;:/.,()-]\d{2}[;:/.,()-]\d{2}(?: \d{2}:\d{2}:\d{2})?$/;

/**
 * What the server makes of a text value before it compares anything: a date without a zone is read in the token
 * user's time zone, and midnight stays a plain date. Every other text is left alone.
 */
export function inUsersZone(value: string, timezone: string): string {
  if (!ZONELESS.test(value)) return value;
  const iso = value.replace(/^(\d{4}).(\d{2}).(\d{2})/, '$1-$2-$3').replace(' ', 'T');
  const moment = DateTime.fromISO(iso, { zone: timezone });
  if (!moment.isValid) return value;
  if (moment.hour === 0 && moment.minute === 0 && moment.second === 0) return moment.toISODate();
  return moment.toUTC().toFormat('yyyy-MM-dd HH:mm:ss');
}

/** The database time that a value means when it is compared with a date column; undefined: it is no date. */
export function toColumnTime(value: string): string | undefined {
  const moment = DateTime.fromISO(value.replace(' ', 'T'), { zone: 'utc' });
  if (!moment.isValid) return undefined;
  return moment.toFormat(moment.millisecond === 0 ? 'yyyy-MM-dd HH:mm:ss' : 'yyyy-MM-dd HH:mm:ss.SSS');
}

/** `NOW -1 HOUR` as a database time. */
export function intervalTime({ amount, unit }: Interval, now: Date): string {
  return DateTime.fromJSDate(now, { zone: 'utc' })
    .plus({ [unit]: amount })
    .toFormat('yyyy-MM-dd HH:mm:ss');
}
