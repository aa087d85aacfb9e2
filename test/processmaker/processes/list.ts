import type { ProcessRow, UserRow } from '../database/rows';
import { ApiError } from '../http/errors';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import type { Sql } from '../pmql/compare';
import { parsePmql, PmqlSyntaxError } from '../pmql/parse';
import { PROCESS_DIALECT } from '../pmql/process-dialect';
import { toSql } from '../pmql/sql';
import { pmqlContext } from '../requests/list';
import { processOrder } from './order';

const EVERY: Sql = { sql: '1', values: [] };

/** Whether only ids and start events are wanted. */
export function isSimplified(query: Query): boolean {
  return query.text('simplified_data') === 'true';
}

/** Every process of `GET /processes`, in order. */
export function listProcesses(instance: Instance, user: UserRow, query: Query): ProcessRow[] {
  const pattern = `%${query.search().toLowerCase()}%`;
  const pmql = query.text('pmql') === '' ? EVERY : pmqlCondition(instance, user, query.text('pmql'));
  return instance.database.query<ProcessRow>(
    `SELECT p.* FROM processes p JOIN process_categories c ON c.id = p.process_category_id
     LEFT JOIN users u ON u.id = p.user_id
     WHERE ${scope(query)} AND (lower(p.name) LIKE ? OR lower(p.description) LIKE ? OR lower(c.name) LIKE ?)
     AND (${pmql.sql})
     ORDER BY ${isSimplified(query) ? 'p.id' : processOrder(query)}`,
    [pattern, pattern, pattern, ...pmql.values],
  );
}

/** The server knows two texts for `status` and takes every other for none. */
function scope(query: Query): string {
  if (query.text('status') === 'archived') return `p.status = 'ARCHIVED'`;
  // Only here the server shows its own processes too.
  if (query.text('status') === 'all' || isSimplified(query)) return `p.status = 'ACTIVE'`;
  return `p.status <> 'ARCHIVED' AND p.is_system = 0`;
}

function pmqlCondition(instance: Instance, user: UserRow, pmql: string): Sql {
  try {
    return toSql(PROCESS_DIALECT, parsePmql(pmql), pmqlContext(instance, user));
  } catch (error) {
    if (error instanceof PmqlSyntaxError) throw new ApiError(400, { error: 'PMQL error' });
    throw error;
  }
}
