import { generate } from 'peggy';
import { PMQL_GRAMMAR } from './grammar';

export interface Interval {
  amount: number;
  unit: 'day' | 'hour' | 'minute' | 'second';
}

export type Literal = string | number;

export type Value = Literal | Interval;

export type Field =
  | { kind: 'column'; name: string }
  | { kind: 'json'; column: string; path: (string | number)[] }
  | { kind: 'function'; name: string; parameters: (Field | { kind: 'value'; value: Value })[] }
  | { kind: 'cast'; field: Field; type: string };

export type Connective = 'AND' | 'OR';

export interface Condition {
  kind: 'condition';
  connective: Connective;
  field: Field;
  operator: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'NOT IN';
  value: Value | Literal[];
}

export interface Group {
  kind: 'group';
  connective: Connective;
  terms: Term[];
}

export type Term = Condition | Group;

/** A text that is no PMQL. */
export class PmqlSyntaxError extends Error {}

const parser = generate(PMQL_GRAMMAR);

/** Reads a PMQL text. AND binds stronger than OR, as in SQL: the terms stay in one flat list per bracket. */
export function parsePmql(text: string): Term[] {
  try {
    return parser.parse(text) as Term[];
  } catch (error) {
    throw new PmqlSyntaxError(error instanceof Error ? error.message : String(error));
  }
}
