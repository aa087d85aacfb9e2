import type { IDataObject } from 'n8n-workflow';

import { isObject, objectsIn } from '../guards';
import type { Connection } from './connection';
import { unexpectedResponse } from './processMakerError';
import { read, type ReadCall } from './request';

/** As many as ProcessMaker gives in one response everywhere. */
export const PAGE_SIZE = 100;

export interface ListCall extends Omit<ReadCall, 'expects'> {
  /** How many entries at most; all by default. */
  limit?: number;
  pageSize?: number;
}

/**
 * Reads a list of ProcessMaker's REST API page by page: `{ data: […], meta: { last_page, … } }`.
 *
 * @returns the entries in the server's order, each id once, since a list may change between two pages
 * @throws ProcessMakerError also when a response is anything but such a list, so that it is never taken for an empty one
 */
export async function readList(connection: Connection, call: ListCall): Promise<IDataObject[]> {
  return (await readListWithTotal(connection, call)).entries;
}

/** The same, with the highest number of entries that a page said the list has. */
export async function readListWithTotal(
  connection: Connection,
  { limit = Infinity, pageSize = PAGE_SIZE, ...call }: ListCall,
): Promise<{ entries: IDataObject[]; total: number }> {
  let total = 0;
  const entries: IDataObject[] = [];
  const ids = new Set<unknown>();
  const perPage = Math.min(pageSize, limit);
  for (let page = 1, lastPage = 1; page <= lastPage && entries.length < limit; page++) {
    const listed = await readPage(connection, { ...call, pageSize: perPage }, page);
    lastPage = listed.lastPage;
    total = Math.max(total, listed.total || 0);
    for (const entry of listed.entries) {
      if (entries.length === limit || ids.has(entry.id)) continue;
      if (entry.id !== undefined) ids.add(entry.id);
      entries.push(entry);
    }
  }
  return { entries, total };
}

export interface ListPage {
  entries: IDataObject[];
  lastPage: number;
  /** How many entries the whole list has; NaN when the response does not say. */
  total: number;
}

/** Reads one page of such a list, the first of which is page 1. */
export async function readPage(
  connection: Connection,
  { qs, pageSize = PAGE_SIZE, ...call }: Omit<ListCall, 'limit'>,
  page = 1,
): Promise<ListPage> {
  const body = await read(connection, { ...call, qs: { ...qs, per_page: pageSize, page } });
  const { data, meta } = body as IDataObject;
  const entries = objectsIn(data);
  const { last_page: lastPage, total } = isObject(meta) ? meta : {};
  const isWhole = Array.isArray(data) && entries.length === data.length;
  if (!isWhole || !Number.isInteger(Number(lastPage))) {
    throw unexpectedResponse(
      `The response to ${call.path} is not a list in the form that ProcessMaker gives it`,
    );
  }
  return { entries, lastPage: Number(lastPage), total: Number(total) };
}
