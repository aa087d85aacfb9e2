import { ApiError, serverError } from '../http/errors';
import { textFilter } from '../requests/filter';
import { FIELD_ALIASES, REQUEST_COLUMNS } from './columns';
import { compare, type PmqlContext } from './compare';
import type { Alias, Dialect } from './dialect';
import type { Literal } from './parse';

const STATUS_NAMES: Readonly<Record<string, string>> = {
  'in progress': 'ACTIVE',
  completed: 'COMPLETED',
  error: 'ERROR',
  canceled: 'CANCELED',
};

const ALIASES: Readonly<Record<string, Alias>> = {
  fulltext: (value) => textFilter(String(value)),
  status: (value, operator) => {
    const name = String(value).toLowerCase();
    return compare('status', 'text', operator, STATUS_NAMES[name] ?? name);
  },
  request: (value, operator) => {
    const { sql, values } = compare('name', 'text', operator, value);
    return { sql: `process_id IN (SELECT id FROM processes WHERE ${sql})`, values };
  },
  requester: (value, operator, context) =>
    compare('user_id', 'number', operator, namedUser('requester', value, context)),
  participant: (value, operator, context) => {
    const { sql, values } = compare('user_id', 'number', operator, namedUser('participant', value, context));
    return {
      sql:
        'id IN (SELECT process_request_id FROM process_request_tokens ' +
        `WHERE ${sql} AND element_type IN ('task', 'userTask', 'startEvent'))`,
      values,
    };
  },
  alternative: (value, operator) => compare(`'A'`, 'text', operator, value),
};

function namedUser(field: string, value: Literal, context: PmqlContext): number {
  const id = context.userId(String(value));
  if (id === undefined) {
    throw new ApiError(400, { message: `The specified ${field} username does not exist.`, field });
  }
  return id;
}

/** PMQL on Requests. An unknown column breaks the real server. */
export const REQUEST_DIALECT: Dialect = {
  aliases: ALIASES,
  column(name) {
    const lower = name.toLowerCase();
    const column = FIELD_ALIASES[lower] ?? lower;
    const type = REQUEST_COLUMNS[column];
    if (type === undefined) throw serverError();
    return { sql: column, type };
  },
};
