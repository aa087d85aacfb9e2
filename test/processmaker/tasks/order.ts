import { invalidPmql, serverError } from '../http/errors';
import type { Instance } from '../instance';
import { amongEquals } from '../database/ties';
import type { Query } from '../http/query';
import { orderPath } from '../pmql/sql';

const TEXTS = ['element_id', 'element_name', 'element_type'];
/** The columns of a task (`t`) by which a list can be ordered; names of PMQL are not among them. */
const COLUMNS = [
  ...['id', 'uuid', 'user_id', 'process_id', 'process_request_id', 'is_self_service', ...TEXTS],
  ...['initiated_at', 'due_at', 'completed_at', 'created_at', 'updated_at'],
];

const REQUEST_NAMES = ['process_requests', 'process_request', 'processRequests'];

/** How the status is spelled where tasks are put in its order. */
const STATUS = `CASE t.status WHEN 'ACTIVE' THEN 'In Progress' ELSE t.status END`;

/** What else a column is ordered by. */
const EXPRESSIONS: Readonly<Record<string, string>> = {
  status: STATUS,
  is_priority: '(t.id * 0)',
  data: 't.id * 0',
};

/** The order of a list of tasks; those that are equal in it are in the order of their ids. */
export function ordering(instance: Instance, query: Query): string {
  const direction = (query.has('order_direction') ? query.text('order_direction') : 'asc').toLowerCase();
  if (direction !== 'asc' && direction !== 'desc') throw serverError();
  const name = query.has('order_by') ? query.text('order_by') : 'updated_at';
  const [table = '', ...path] = name.split('.');
  const ids = amongEquals(instance, 't.id', direction);
  if (path.length === 0) return `${column(name)} ${direction}, ${ids}`;
  // The server turns the order around where it means to put Requests without the field, or with null in it, last.
  if (table === 'data') {
    if (!path.every((step) => /^\w+$/.test(step))) throw invalidPmql();
    return `nullif(${orderPath('r.data', path)}, 'null') ${direction === 'asc' ? 'desc' : 'asc'}, ${amongEquals(instance, 't.id', 'asc')}`;
  }
  // What it does not know before a dot is no order.
  if (!REQUEST_NAMES.includes(table)) return amongEquals(instance, 't.id', 'asc');
  return `r.${path.at(-1) ?? 'id'} COLLATE NOCASE ${direction}, ${ids}`;
}

function column(name: string): string {
  const lower = name.toLowerCase();
  const expression = EXPRESSIONS[lower];
  if (expression !== undefined) return expression;
  if (!COLUMNS.includes(lower)) throw invalidPmql();
  return `t.${lower}${TEXTS.includes(lower) ? ' COLLATE NOCASE' : ''}`;
}
