import type { Sql } from '../pmql/compare';

/** The columns that a text search looks into, beside the data. */
const COLUMNS = ['name', 'status', 'initiated_at', 'created_at', 'updated_at'];

/**
 * Requests that hold a text somewhere, without regard to case. The whole data counts as one JSON text: names of fields
 * and the assignee's profile too.
 */
export function textFilter(text: string): Sql {
  const pattern = `%${text.toLowerCase()}%`;
  const conditions = [
    ...COLUMNS.map((column) => `lower(${column}) LIKE ? ESCAPE '\\'`),
    `CAST(id AS TEXT) LIKE ? ESCAPE '\\'`,
    `lower(json_text(data)) LIKE ? ESCAPE '\\'`,
  ];
  return { sql: conditions.join(' OR '), values: conditions.map(() => pattern) };
}
