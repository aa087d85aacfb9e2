import type { Sql } from '../pmql/compare';

/** Where a text search looks. The whole data counts as one text: names of fields and the assignee's profile too. */
const PLACES = [
  ...['element_name', 'status', 'created_at', 'due_at', 'updated_at'].map((column) => `t.${column}`),
  ...['r.name', 'json_text(r.data)', 'p.name'],
];

/** Tasks that hold a text somewhere, or whose Request does, without regard to case. */
export function textFilter(text: string): Sql {
  const pattern = `%${text.toLowerCase()}%`;
  const places = [...PLACES.map((place) => `lower(${place})`), 'CAST(t.id AS TEXT)'];
  return {
    sql: places.map((place) => `${place} LIKE ? ESCAPE '\\'`).join(' OR '),
    values: places.map(() => pattern),
  };
}
