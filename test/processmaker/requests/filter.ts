import type { Sql } from '../pmql/compare';

/** The columns that a text search looks into, beside the data that the sender gave and the requester's names. */
const COLUMNS = ['name', 'case_title', 'status', 'uuid', 'initiated_at', 'created_at', 'updated_at'];

/** Requests that hold a text somewhere, without regard to case. */
export function textFilter(text: string): Sql {
  const pattern = `%${text.toLowerCase()}%`;
  const conditions = [
    ...COLUMNS.map((column) => `lower(${column}) LIKE ? ESCAPE '\\'`),
    `CAST(id AS TEXT) LIKE ? ESCAPE '\\'`,
    `lower(json_remove(data, '$._user', '$._request')) LIKE ? ESCAPE '\\'`,
    `user_id IN (SELECT id FROM users WHERE lower(username || ' ' || firstname || ' ' || lastname) LIKE ? ESCAPE '\\')`,
  ];
  return { sql: conditions.join(' OR '), values: conditions.map(() => pattern) };
}
