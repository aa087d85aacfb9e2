import { type IDataObject, tryToParseDateTime } from 'n8n-workflow';

import { asText } from '../guards';
import type { Connection } from '../transport/connection';
import {
  type ListCall,
  type ListPage,
  numberIn,
  PAGE_SIZE,
  readList,
  readListWithTotal,
  readPage,
} from '../transport/pagination';
import { inputError, isKind, ProcessMakerError, rethrown } from '../transport/processMakerError';

/** ProcessMaker compares no more of a text. */
const MAX_LENGTH = 255;

/** A text as a value of PMQL, in its quotes. @throws ProcessMakerError for what would find nothing */
export function pmqlText(text: string, parameter: string): string {
  if (/["\\]/.test(text)) {
    throw inputError(
      `'${parameter}' holds "${text}", and ProcessMaker cannot search for double quotes or backslashes`,
      "Look for a part of it without them, or use 'Text', which searches in another way.",
    );
  }
  if (text.length > MAX_LENGTH) {
    throw inputError(
      `'${parameter}' is ${text.length} characters long, and ProcessMaker compares only the first ${MAX_LENGTH}`,
      'Give a shorter text.',
    );
  }
  return `"${text}"`;
}

/** A text for the parameter `filter`: data is searched as JSON, and one of two backslashes is taken away. */
export function filterText(text: string): string {
  return JSON.stringify(text.trim()).slice(1, -1).replaceAll('\\', '\\\\');
}

/** A time as a value of PMQL, in UTC: one without a zone is read in the user's. @param timezone that of the workflow */
export function pmqlTime(value: unknown, parameter: string, timezone: string): string {
  try {
    const time = tryToParseDateTime(typeof value === 'number' ? new Date(value) : value, timezone);
    return `"${time.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'")}"`;
  } catch {
    throw inputError(
      `'${parameter}' holds "${String(value)}", which is no date`,
      'Give a date and time, e.g. 2026-11-24T09:30:00Z.',
    );
  }
}

/** Conditions that all have to be met, those left out that are empty; empty when there are none. */
export function pmqlAll(conditions: Array<string | undefined>): string {
  const kept = conditions.flatMap((one) => one || []);
  return kept.length < 2 ? (kept[0] ?? '') : kept.map((one) => `(${one})`).join(' AND ');
}

/** What was read under each key, or why it could not be read. */
export type Batch<T> = Map<number, T | ProcessMakerError>;

/** Reads things by id, 100 in one call: `readChunk` reads those that `id IN […]` finds. See `readChunks`. */
export async function readInChunks<T extends { id: number }>(
  ids: number[],
  readChunk: (pmql: string) => Promise<T[]>,
): Promise<Batch<T>> {
  return await readChunks(ids, async (chunk) => {
    const found = await readChunk(`id IN [${chunk.join(',')}]`);
    return found.map((one) => [one.id, one]);
  });
}

/** Reads 100 in one call. An error stands under its own keys; under none where several were refused together. */
export async function readChunks<T>(
  keys: number[],
  readChunk: (keys: number[]) => Promise<Array<[number, T | ProcessMakerError]>>,
): Promise<Batch<T>> {
  const batch: Batch<T> = new Map();
  for (let from = 0; from < keys.length; from += PAGE_SIZE) {
    const chunk = keys.slice(from, from + PAGE_SIZE);
    try {
      for (const [key, value] of await readChunk(chunk)) batch.set(key, value);
    } catch (error) {
      if (!(error instanceof ProcessMakerError)) throw rethrown(error);
      const isAboutContent = isKind(error, 'serverError', 'badRequest', 'invalid', 'tooLarge');
      if (chunk.length > 1 && isAboutContent) continue;
      // Any other error is that of the server as a whole, which is not asked for the rest.
      for (const key of isAboutContent ? chunk : keys.slice(from)) batch.set(key, error);
      if (!isAboutContent) break;
    }
  }
  return batch;
}

/** @throws ProcessMakerError when that is what the batch holds */
export function valueIn<T>(batch: Batch<T>, key: number): T | undefined {
  const value = batch.get(key);
  if (value instanceof ProcessMakerError) throw value;
  return value;
}

export interface ListOrder {
  field: string;
  direction: 'asc' | 'desc';
}

/** Reads a list. By id, each page is asked for behind the last id: borders of pages move when entries come or go. */
export async function searchList(
  connection: Connection,
  { qs, ...call }: ListCall,
  { field, direction }: ListOrder,
): Promise<IDataObject[]> {
  const ordered = { ...call, qs: { ...qs, order_by: field, order_direction: direction } };
  const byId = {
    ...call,
    qs: { ...ordered.qs, order_by: 'id' },
    behind: ({ id }: IDataObject) => ({
      pmql: pmqlAll([asText(qs?.pmql), `id ${direction === 'asc' ? '>' : '<'} ${asText(id)}`]),
    }),
  };
  if (field === 'id') return await readList(connection, byId);
  const { entries, total } = await readListWithTotal(connection, ordered);
  const isWhole = call.limit === undefined || call.limit === Infinity;
  // Entries with the same value may be on two pages or on none, and others move to a page that was read already.
  if (!isWhole || !(entries.length < total)) return entries;
  const ids = new Set(entries.map(({ id }) => id));
  // What is missing comes behind the last entry with the same value, or at the end.
  const places = new Map(entries.map((entry, place) => [asText(entry[field]), place]));
  const placed = entries.map((entry, place) => ({ entry, place }));
  for (const entry of await readList(connection, byId)) {
    if (ids.has(entry.id)) continue;
    const value = asText(entry[field]);
    const place = places.get(value) ?? placed.length;
    places.set(value, place);
    placed.push({ entry, place });
  }
  return placed.sort((one, other) => one.place - other.place).map(({ entry }) => entry);
}

/** What a list of the newest Requests or Tasks is to show. */
export interface Newest {
  /** A case number or an id, or a text; empty for all. */
  wanted: number | string;
  /** The last id so far: with numbers of pages, new entries would move them. */
  before: string | undefined;
  pageSize: number;
}

/** A page of the newest entries of a list of Requests or Tasks. */
export async function readNewest(
  connection: Connection,
  { qs, ...call }: ListCall,
  { wanted, before = '', pageSize }: Newest,
): Promise<ListPage> {
  const isNumber = typeof wanted === 'number';
  const isWanted = isNumber && `case_number = ${wanted} OR id = ${wanted}`;
  const pmql = pmqlAll([isWanted || '', before && `id < ${before}`]);
  const filter = isNumber ? '' : filterText(wanted);
  const search = {
    ...(pmql && { pmql }),
    ...(filter && { filter }),
    order_by: 'id',
    order_direction: 'desc',
  };
  const page = await readPage(connection, { ...call, qs: { ...qs, ...search }, pageSize });
  return { ...page, entries: page.entries.filter(({ id }) => !before || numberIn(id) < Number(before)) };
}
