import type { ColumnType } from './columns';
import type { PmqlContext, Sql } from './compare';
import type { Literal } from './parse';

/** What the names in PMQL mean in one list of the API. */
export interface Dialect {
  /** The SQL of a column and how it compares; throws what the server responds with when there is none of that name. */
  column(name: string): { sql: string; type: ColumnType };
  /** Fields whose value has a meaning of its own, by their names in lower case. */
  aliases: Readonly<Record<string, Alias>>;
}

export type Alias = (value: Literal, operator: string, context: PmqlContext) => Sql;

/** The SQL of a field whose value has a meaning of its own; undefined for plain columns. */
export function valueAlias(
  dialect: Dialect,
  field: string,
  operator: string,
  value: Literal | Literal[],
  context: PmqlContext,
): Sql | undefined {
  const alias = dialect.aliases[field.toLowerCase()];
  if (alias === undefined) return undefined;
  if (!Array.isArray(value)) return alias(value, operator, context);
  const parts = value.map((item) => alias(item, '=', context));
  const any = parts.map((part) => `(${part.sql})`).join(' OR ');
  return { sql: operator === 'IN' ? any : `NOT (${any})`, values: parts.flatMap((part) => part.values) };
}
