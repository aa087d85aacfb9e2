import { serverError } from '../http/errors';
import type { ColumnType } from './columns';
import type { Dialect } from './dialect';

const COLUMNS: Readonly<Record<string, ColumnType>> = {
  id: 'number',
  uuid: 'text',
  process_category_id: 'number',
  user_id: 'number',
  name: 'text',
  description: 'text',
  status: 'text',
  created_at: 'time',
  updated_at: 'time',
};

/** PMQL on processes (`p`). An unknown column breaks the real server. */
export const PROCESS_DIALECT: Dialect = {
  aliases: {},
  column(name) {
    const column = name.toLowerCase();
    const type = COLUMNS[column];
    if (type === undefined) throw serverError();
    return { sql: `p.${column}`, type };
  },
};
