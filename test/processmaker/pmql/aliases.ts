import type { SqlValue } from '../database/connection';
import { ApiError } from '../http/errors';
import { textFilter } from '../requests/filter';
import type { Literal } from './parse';
import { compare, type PmqlContext, type Sql } from './compare';

type Alias = (value: Literal, operator: string, context: PmqlContext) => Sql;

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

/** The SQL of a field whose value has a meaning of its own; undefined for plain columns. */
export function valueAlias(
  field: string,
  operator: string,
  value: Literal | Literal[],
  context: PmqlContext,
): Sql | undefined {
  const alias = ALIASES[field.toLowerCase()];
  if (alias === undefined) return undefined;
  if (!Array.isArray(value)) return alias(value, operator, context);
  const parts = value.map((item) => alias(item, '=', context));
  const any = parts.map((part) => `(${part.sql})`).join(' OR ');
  const values: SqlValue[] = parts.flatMap((part) => part.values);
  return { sql: operator === 'IN' ? any : `NOT (${any})`, values };
}
