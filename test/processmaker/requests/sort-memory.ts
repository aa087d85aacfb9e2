import type { Page } from '../http/collection';
import { serverError } from '../http/errors';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import type { Sql } from '../pmql/compare';

const MEGABYTE = 1024 * 1024;

/** What the database cannot sort by when one row is as large as its memory for sorting. */
const TIMES = ['initiated_at', 'created_at', 'updated_at', 'completed_at'];

/** Rows that are ten times as large can be sorted by text only for a page near the beginning. */
const HUGE_FACTOR = 10;
const FIRST_ROWS = 100;

/** The real database sorts whole rows, data included: with a very large Request among them, some orders break it. */
export function checkSortMemory(instance: Instance, { sql, values }: Sql, query: Query, page: Page): void {
  const column = query.has('order_by') ? query.text('order_by').toLowerCase() : 'name';
  const isFar = page.number * page.size > FIRST_ROWS;
  if (!TIMES.includes(column) && !(isFar && ['name', 'status'].includes(column))) return;
  const [row] = instance.database.query<{ largest: number }>(
    `SELECT coalesce(max(length(data)), 0) AS largest FROM process_requests WHERE ${sql}`,
    values,
  );
  const limit = TIMES.includes(column) ? MEGABYTE : HUGE_FACTOR * MEGABYTE;
  if ((row?.largest ?? 0) >= limit) throw serverError();
}
