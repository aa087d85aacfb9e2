import type { SqlValue } from '../database/connection';
import { serverError } from '../http/errors';
import type { ColumnType } from './columns';
import { toColumnTime } from './dates';
import type { Literal } from './parse';

/** A piece of SQL with the values of its placeholders. */
export interface Sql {
  sql: string;
  values: SqlValue[];
}

/** What a query depends on beside its text. */
export interface PmqlContext {
  timezone: string;
  /** Who asks. */
  askingUserId: number;
  now: Date;
  /** The id of the user of that name. */
  userId(username: string): number | undefined;
}

/** Compares as MySQL does: numbers numerically, JSON texts by case, column texts without regard to it. */
export function compare(sql: string, type: ColumnType, operator: string, value: Literal): Sql {
  if (operator === 'LIKE') {
    const text = String(value);
    return type === 'text'
      ? { sql: `lower(${sql}) LIKE ? ESCAPE '\\'`, values: [text.toLowerCase()] }
      : { sql: `CAST(${sql} AS TEXT) LIKE ? ESCAPE '\\'`, values: [text] };
  }
  if (typeof value === 'number' || type === 'number') {
    const right = typeof value === 'number' ? '?' : 'CAST(? AS REAL)';
    return { sql: `CAST(${sql} AS REAL) ${operator} ${right}`, values: [value] };
  }
  if (type === 'time') {
    const time = toColumnTime(value);
    if (time === undefined) throw serverError();
    return { sql: `${sql} ${operator} ?`, values: [time] };
  }
  return { sql: `${sql} ${operator} ? COLLATE ${type === 'text' ? 'NOCASE' : 'RTRIM'}`, values: [value] };
}
