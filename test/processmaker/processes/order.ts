import { serverError } from '../http/errors';
import type { Query } from '../http/query';

const COLUMNS: Readonly<Record<string, string>> = {
  id: 'p.id',
  name: 'p.name COLLATE NOCASE',
  description: 'p.description COLLATE NOCASE',
  status: 'p.status',
  created_at: 'p.created_at',
  updated_at: 'p.updated_at',
  'category.name': 'c.name COLLATE NOCASE',
  'user.firstname': 'u.firstname COLLATE NOCASE',
  'user.username': 'u.username COLLATE NOCASE',
};

/** The ORDER BY of a list of processes, which breaks on unknown columns: 500. */
export function processOrder(query: Query): string {
  const columns = (query.has('order_by') ? query.text('order_by') : 'name').split(',');
  const directions = query.text('order_direction').split(',');
  return columns
    .map((name, index) => {
      const column = COLUMNS[name];
      const direction = (directions[index] || 'asc').toLowerCase();
      if (column === undefined || !['asc', 'desc'].includes(direction)) throw serverError();
      return `${column} ${direction}`;
    })
    .join(', ');
}
