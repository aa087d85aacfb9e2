import { DateTime } from 'luxon';

/** The database's form of a moment: UTC, to the second. */
export function toSqlTime(moment: Date): string {
  return DateTime.fromJSDate(moment, { zone: 'utc' }).toFormat('yyyy-MM-dd HH:mm:ss');
}

/** The API's form of a database time. */
export function toApiTime(sqlTime: string): string;
export function toApiTime(sqlTime: string | null): string | null;
export function toApiTime(sqlTime: string | null): string | null {
  return sqlTime === null ? null : `${sqlTime.replace(' ', 'T')}+00:00`;
}

/** The HTTP form of a database time. */
export function toHttpTime(sqlTime: string): string {
  return DateTime.fromSQL(sqlTime, { zone: 'utc' }).toHTTP() ?? '';
}
