import type { Json, JsonObject } from '../../processmaker';
import type { Recording } from './recording';
import {
  EITHER_NULL_OR_TEXT,
  SAME_HEADERS,
  SAME_TREES,
  SAME_VALUES,
  SAME_WHERE_RECORDED,
  UNORDERED,
} from './rules';

/** What the stand-in answered. */
export interface ActualResponse {
  status: number;
  headers: Headers;
  text: string;
}

/** The differences between a recorded response and the stand-in's. */
export function compareResponses(recording: Recording, actual: ActualResponse): string[] {
  const { response } = recording;
  if (actual.status !== response.status) {
    return [`status ${response.status} expected, but ${actual.status}: ${actual.text.slice(0, 300)}`];
  }
  return [...compareHeaders(recording, actual), ...compareBodies(response, actual)];
}

function compareHeaders({ response }: Recording, { headers }: ActualResponse): string[] {
  const expected = new Headers(response.headers);
  const names = [...SAME_HEADERS, ...SAME_WHERE_RECORDED.filter((name) => expected.has(name))];
  const differences = names
    .filter((name) => expected.get(name) !== headers.get(name))
    .map((name) => `header ${name}: '${expected.get(name)}' expected, but '${headers.get(name)}'`);
  if (expected.has('etag') !== headers.has('etag')) differences.push('an ETag in only one of the responses');
  return differences;
}

function compareBodies(response: Recording['response'], { status, text }: ActualResponse): string[] {
  const expected = response.json ?? null;
  if (expected === null) return compareTexts(response, text);
  // Where the text is recorded beside the JSON, its form counts.
  if (response.text !== undefined && response.text !== text)
    return [`'${response.text}' expected, but '${text.slice(0, 200)}'`];
  let actual: Json;
  try {
    actual = JSON.parse(text) as Json;
  } catch {
    return [`JSON expected, but ${text.slice(0, 200)}`];
  }
  if (status >= 400) return compareTrees(expected, actual, '$');
  const { differences, shown } = asFarAsShown(expected, actual);
  return [...differences, ...compareShapes(expected, shown, '$')];
}

/**
 * A long list is cut in a recording: its envelope counts more rows than are shown. There must be as many as it counts;
 * those that are shown, and the links that are shown, are compared.
 */
function asFarAsShown(expected: Json, actual: Json): { differences: string[]; shown: Json } {
  const rows = rowsOf(expected);
  const actualRows = rowsOf(actual);
  if (!rows || !actualRows || rows.count <= rows.data.length) return { differences: [], shown: actual };
  const { data, meta } = actualRows;
  const differences =
    data.length === rows.count ? [] : [`$.data: ${rows.count} entries expected, but ${data.length}`];
  const links = rows.meta['links'];
  const actualLinks = meta['links'];
  const isCut = Array.isArray(links) && Array.isArray(actualLinks);
  return {
    differences,
    shown: {
      ...(actual as JsonObject),
      data: data.slice(0, rows.data.length),
      meta: isCut ? { ...meta, links: actualLinks.slice(0, links.length) } : meta,
    },
  };
}

function rowsOf(list: Json): { data: Json[]; meta: JsonObject; count: number } | undefined {
  if (!isObject(list)) return undefined;
  const { data, meta } = list;
  if (!Array.isArray(data) || !isObject(meta)) return undefined;
  return { data, meta, count: Number(meta['count'] ?? 0) };
}

/** A page's own words are free, but a file is a file, and nothing is nothing. */
function compareTexts({ headers, text: expected = '' }: Recording['response'], actual: string): string[] {
  if (expected === '') return actual === '' ? [] : [`no body expected, but ${actual.slice(0, 200)}`];
  const isFile = new Headers(headers).has('content-disposition');
  return isFile && expected !== actual ? [`'${expected}' expected, but '${actual}'`] : [];
}

function kind(value: Json | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/** Everything must be the same. */
function compareTrees(expected: Json | undefined, actual: Json | undefined, at: string): string[] {
  if (kind(expected) !== kind(actual)) return [`${at}: ${kind(expected)} expected, but ${kind(actual)}`];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length)
      return [`${at}: ${expected.length} entries expected, but ${actual.length}`];
    return expected.flatMap((item, index) => compareTrees(item, actual[index], `${at}[${index}]`));
  }
  if (isObject(expected) && isObject(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => compareTrees(expected[key], actual[key], `${at}.${key}`));
  }
  if (expected === actual || isCut(expected)) return [];
  return [`${at}: ${JSON.stringify(expected)} expected, but ${JSON.stringify(actual)}`];
}

/** Keys and types must be the same; lists entry by entry. */
function compareShapes(expected: Json, actual: Json | undefined, at: string): string[] {
  if (kind(expected) !== kind(actual)) return [`${at}: ${kind(expected)} expected, but ${kind(actual)}`];
  if (Array.isArray(expected) && Array.isArray(actual)) return compareLists(expected, actual, at);
  if (isObject(expected) && isObject(actual)) return compareObjects(expected, actual, at);
  return [];
}

function compareLists(expected: Json[], actual: Json[], at: string): string[] {
  if (expected.length !== actual.length)
    return [`${at}: ${expected.length} entries expected, but ${actual.length}`];
  const key = UNORDERED[/[^.]*$/.exec(at)?.[0] ?? ''];
  const [left, right] =
    key === undefined ? [expected, actual] : [ordered(expected, key), ordered(actual, key)];
  return left.flatMap((item, index) => compareShapes(item, right[index], `${at}[${index}]`));
}

function compareObjects(expected: JsonObject, actual: JsonObject, at: string): string[] {
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...keys].flatMap((key) => {
    const inner = `${at}.${key}`;
    const left = expected[key];
    const right = actual[key];
    if (left === undefined || right === undefined) {
      return [`${inner}: ${left === undefined ? 'not expected' : 'missing'}`];
    }
    if (
      EITHER_NULL_OR_TEXT.includes(key) &&
      [left, right].every((value) => ['null', 'string'].includes(kind(value)))
    ) {
      return [];
    }
    // The rows of a list stand under `data` too.
    const isRows = at === '$' && key === 'data' && ('meta' in expected || Object.keys(expected).length === 1);
    if (SAME_TREES.includes(key) && !isRows) return compareTrees(left, right, inner);
    if (isRows) return [...compareIds(left, right), ...compareShapes(left, right, inner)];
    if (SAME_VALUES.includes(key) && typeof left !== 'object') return compareTrees(left, right, inner);
    return compareShapes(left, right, inner);
  });
}

/** The same rows in the same order. */
function compareIds(expected: Json, actual: Json): string[] {
  const ids = (rows: Json): string =>
    (Array.isArray(rows) ? rows : [])
      .map((row) => (isObject(row) ? JSON.stringify(row['id']) : '?'))
      .join(', ');
  return ids(expected) === ids(actual) ? [] : [`rows ${ids(expected)} expected, but ${ids(actual)}`];
}

function ordered(list: Json[], key: string): Json[] {
  const text = (value: Json): string => (isObject(value) ? JSON.stringify(value[key]) : '');
  return [...list].sort((left, right) => text(left).localeCompare(text(right)));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Long texts are cut in recordings. */
function isCut(value: Json | undefined): boolean {
  return typeof value === 'string' && /<(cut|token|stack trace|jwt)/.test(value);
}
