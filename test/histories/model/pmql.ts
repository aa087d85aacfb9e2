/** A row as a search sees it. */
export type Columns = (name: string) => unknown;
export type Condition = (row: Columns) => boolean;

const TOKENS = /\s*(\(|\)|\[|\]|,|>=|<=|!=|=|<|>|"[^"]*"|[\w.]+)/gy;
const UNKNOWN_STATUS = '';
/** What PMQL calls the statuses. */
const STATUSES = new Map([
  ['In Progress', 'ACTIVE'],
  ['Error', 'ERROR'],
  ['Completed', 'COMPLETED'],
  ['Canceled', 'CANCELED'],
]);

/** Reads the part of PMQL that the node uses. @throws Error for anything else, so that nothing is found by mistake */
export function parse(pmql: string): Condition {
  const tokens = [...pmql.matchAll(TOKENS)].map(([, token = '']) => token);
  if (tokens.join('').length !== pmql.replace(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/g, '').length) {
    throw new Error(`The model does not know the search ${pmql}.`);
  }
  const condition = either(tokens);
  if (tokens.length > 0) throw new Error(`The model does not know the search ${pmql}.`);
  return condition;
}

function either(tokens: string[]): Condition {
  const parts = [both(tokens)];
  while (tokens[0] === 'OR') {
    tokens.shift();
    parts.push(both(tokens));
  }
  return (row) => parts.some((part) => part(row));
}

function both(tokens: string[]): Condition {
  const parts = [one(tokens)];
  while (tokens[0] === 'AND') {
    tokens.shift();
    parts.push(one(tokens));
  }
  return (row) => parts.every((part) => part(row));
}

function one(tokens: string[]): Condition {
  const first = tokens.shift() ?? '';
  if (first === '(') {
    const inner = either(tokens);
    tokens.shift();
    return inner;
  }
  return compare(first, tokens.shift() ?? '', valuesIn(tokens));
}

function valuesIn(tokens: string[]): string[] {
  const first = tokens.shift() ?? '';
  if (first !== '[') return [textOf(first)];
  const values: string[] = [];
  for (let token = tokens.shift(); token !== undefined && token !== ']'; token = tokens.shift()) {
    if (token !== ',') values.push(textOf(token));
  }
  return values;
}

const textOf = (token: string): string => token.replace(/^"|"$/g, '');

function compare(name: string, operator: string, values: string[]): Condition {
  const [value = ''] = values;
  const wanted = name === 'status' ? (STATUSES.get(value) ?? UNKNOWN_STATUS) : value;
  switch (operator) {
    case 'IN':
      return (row) => values.includes(String(row(name)));
    case '=':
      return (row) => String(row(name)) === wanted;
    case '<':
      return (row) => Number(row(name)) < Number(value);
    case '>':
      return (row) => Number(row(name)) > Number(value);
    case 'LIKE': {
      const beginning = value.replace(/%$/, '');
      return (row) => typeof row(name) === 'string' && String(row(name)).startsWith(beginning);
    }
    default:
      throw new Error(`The model does not know '${operator}'.`);
  }
}
