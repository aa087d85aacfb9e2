import type { SqlValue } from '../database/connection';
import { ApiError, serverError } from '../http/errors';
import type { ColumnType } from './columns';
import { inUsersZone, intervalTime } from './dates';
import type { Condition, Field, Literal, Term } from './parse';
import { compare, type PmqlContext, type Sql } from './compare';
import { valueAlias, type Dialect } from './dialect';

const FUNCTIONS: Readonly<Record<string, string>> = {
  lower: 'lower',
  lcase: 'lower',
  upper: 'upper',
  ucase: 'upper',
  trim: 'trim',
  ltrim: 'ltrim',
  rtrim: 'rtrim',
  abs: 'abs',
  round: 'round',
  char_length: 'length',
  length: 'length',
  date: 'date',
  substr: 'substr',
  substring: 'substr',
};

/** The WHERE clause of a PMQL query. */
export function toSql(dialect: Dialect, terms: Term[], context: PmqlContext): Sql {
  const values: SqlValue[] = [];
  const sql = terms
    .map((term, index) => {
      const part =
        term.kind === 'group' ? toSql(dialect, term.terms, context) : conditionSql(dialect, term, context);
      values.push(...part.values);
      return `${index === 0 ? '' : `${term.connective} `}(${part.sql})`;
    })
    .join(' ');
  return { sql, values };
}

function conditionSql(dialect: Dialect, condition: Condition, context: PmqlContext): Sql {
  const value = resolveValue(condition.value, context);
  if (condition.field.kind === 'column') {
    const alias = valueAlias(dialect, condition.field.name, condition.operator, value, context);
    if (alias !== undefined) return alias;
  }
  const { sql, type } = fieldSql(dialect, condition.field);
  if (Array.isArray(value)) {
    const parts = value.map((item) => compare(sql, type, '=', item));
    const any = parts.map((part) => part.sql).join(' OR ');
    return {
      sql: condition.operator === 'IN' ? any : `NOT (${any})`,
      values: parts.flatMap((part) => part.values),
    };
  }
  return compare(sql, type, condition.operator, value);
}

function resolveValue(value: Condition['value'], context: PmqlContext): Literal | Literal[] {
  if (typeof value === 'string') return inUsersZone(value, context.timezone);
  if (typeof value === 'number' || Array.isArray(value)) return value;
  return intervalTime(value, context.now);
}

function fieldSql(dialect: Dialect, field: Field): { sql: string; type: ColumnType } {
  if (field.kind === 'column') return dialect.column(field.name);
  if (field.kind === 'json') return { sql: jsonSql(dialect, field.column, field.path), type: 'json' };
  if (field.kind === 'cast') return castSql(dialect, field);
  const name = FUNCTIONS[field.name.toLowerCase()];
  if (name === undefined || field.parameters.length === 0) throw serverError();
  const parameters = field.parameters.map((parameter) => {
    if (parameter.kind !== 'value') return fieldSql(dialect, parameter);
    // A text goes into the real server's SQL without quotes and breaks it.
    if (typeof parameter.value !== 'number') throw serverError();
    return { sql: String(parameter.value), type: 'number' as const };
  });
  const numeric = ['abs', 'round', 'length'].includes(name);
  return {
    sql: `${name}(${parameters.map((parameter) => parameter.sql).join(', ')})`,
    type: numeric ? 'number' : (parameters[0]?.type ?? 'json'),
  };
}

function castSql(
  dialect: Dialect,
  { field, type }: Extract<Field, { kind: 'cast' }>,
): { sql: string; type: ColumnType } {
  const inner = fieldSql(dialect, field);
  if (type === 'number') return { sql: `CAST(round(CAST(${inner.sql} AS REAL)) AS INTEGER)`, type: 'number' };
  if (type === 'text') return { sql: `CAST(${inner.sql} AS TEXT)`, type: 'text' };
  throw new ApiError(400, { message: 'Your PMQL contains invalid syntax.' });
}

/** A value in a JSON column as text, for an order: any name is taken, and a JSON null is the text `null`. */
export function orderPath(column: string, path: string[]): string {
  return valueAt(column, path.map((step) => `."${step.replaceAll(/["']/g, '')}"`).join(''));
}

/** The first 255 characters of a value in a JSON column, as text; a JSON null is the text `null`. */
export function jsonSql(dialect: Dialect, name: string, path: (string | number)[]): string {
  const { sql: column, type } = dialect.column(name);
  if (type !== 'json') throw serverError();
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    if (/^\d/.test(step)) throw serverError();
    return `."${step}"`;
  });
  return valueAt(column, steps.join(''));
}

function valueAt(column: string, path: string): string {
  const at = `'$${path}'`;
  return (
    `substr(CASE json_type(${column}, ${at}) WHEN 'null' THEN 'null' WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ` +
    `WHEN 'object' THEN json_text(${column} -> ${at}) WHEN 'array' THEN json_text(${column} -> ${at}) ` +
    `ELSE CAST(${column} ->> ${at} AS TEXT) END, 1, 255)`
  );
}
