import type { Json, JsonObject } from '../../processmaker';
import type { Query } from '../../processmaker/http/query';
import { parsePmql, type Condition, type Field, type Term } from '../../processmaker/pmql/parse';

/** What the database must hold so that a Request fits a PMQL text, beside the columns that the response shows. */
export interface Needs {
  data: { path: (string | number)[]; value: Json }[];
  participants: string[];
  /** A text that has to stand somewhere in the data. */
  texts: string[];
  /** The query names single Requests, so that no further ones can be thought of. */
  namesRequests: boolean;
}

/** Values after which rows are ordered have as many digits, since they are compared as texts. */
const FIRST_RANK = 100_000;
const LAST_RANK = 800_000;

/** Every way in which a Request can fit: one for each branch of an OR. */
export function waysToFit(pmql: string): Needs[] {
  try {
    return branches(parsePmql(pmql)).map(needsOf);
  } catch {
    return [];
  }
}

/** AND binds stronger than OR; a bracket brings its own branches. */
function branches(terms: Term[]): Condition[][] {
  const done: Condition[][] = [];
  let current: Condition[][] = [[]];
  terms.forEach((term, index) => {
    if (index > 0 && term.connective === 'OR') {
      done.push(...current);
      current = [[]];
    }
    const inner = term.kind === 'group' ? branches(term.terms) : [[term]];
    current = current.flatMap((left) => inner.map((right) => [...left, ...right]));
  });
  return [...done, ...current];
}

function needsOf(conditions: Condition[]): Needs {
  const needs: Needs = { data: [], participants: [], texts: [], namesRequests: false };
  for (const condition of conditions) {
    const name = columnName(condition.field);
    const path = dataPath(condition.field);
    if (path !== undefined) needs.data.push({ path, value: fittingValue(condition) });
    else if (name === 'participant') needs.participants.push(...usernames(condition.value));
    else if (name === 'fulltext' && typeof condition.value === 'string') {
      needs.texts.push(withoutWildcards(condition.value));
    } else if (['id', 'uuid', 'case_number'].includes(name) && !['>', '>='].includes(condition.operator)) {
      needs.namesRequests = true;
    }
  }
  return needs;
}

const usernames = (value: Condition['value']): string[] =>
  [value].flat().filter((name) => typeof name === 'string');

function columnName(field: Field): string {
  return field.kind === 'column' ? field.name.toLowerCase() : '';
}

function dataPath(field: Field): (string | number)[] | undefined {
  if (field.kind === 'json') return field.path;
  if (field.kind === 'cast') return dataPath(field.field);
  if (field.kind !== 'function') return undefined;
  const json = field.parameters.find((parameter) => parameter.kind === 'json');
  return json?.path;
}

const withoutWildcards = (pattern: string): string => pattern.replaceAll('%', '').replaceAll('_', 'x');

function fittingValue({ operator, value }: Condition): Json {
  const first = Array.isArray(value) ? value[0] : value;
  // An interval (NOW -1 HOUR) is compared with a time.
  if (first === undefined || typeof first === 'object')
    return operator.startsWith('<') ? '1970-01-01' : '9999-12-31';
  const isNumber = typeof first === 'number';
  if (operator === 'LIKE') return withoutWildcards(String(first));
  if (operator === '>') return isNumber ? first + 1 : `${first}~`;
  if (operator === '<') return isNumber ? first - 1 : '';
  if (operator === '!=' || operator === 'NOT IN') return isNumber ? first + 1 : `other than ${first}`;
  return first;
}

/**
 * The value of the field of the data after which a list is ordered, for the row at a place of it.
 *
 * @param isTurned the list takes the order the other way around, as that of tasks does
 */
export function ranked(query: Query, index: number, isTurned = false): Needs['data'][number] | undefined {
  const [, field] = /^data\.(.+)$/.exec(query.text('order_by')) ?? [];
  if (field === undefined) return undefined;
  const descending = /^desc$/i.test(query.text('order_direction')) !== isTurned;
  return { path: field.split('.'), value: (descending ? LAST_RANK - index : index) + FIRST_RANK };
}

/** Puts a value into data, making what is missing on the way. */
export function put(data: JsonObject, path: (string | number)[], value: Json): void {
  let target: JsonObject | Json[] = data;
  path.forEach((step, index) => {
    const next = path[index + 1];
    const container = target as Record<string | number, Json>;
    if (next === undefined) {
      container[step] = value;
      return;
    }
    const found = container[step];
    const made: JsonObject | Json[] =
      typeof found === 'object' && found !== null ? found : typeof next === 'number' ? [] : {};
    container[step] = made;
    target = made;
  });
}
