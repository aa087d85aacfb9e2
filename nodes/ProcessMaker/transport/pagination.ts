import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../guards';
import type { Connection } from './connection';
import type { Result } from './failure';
import { callApiPatiently, type ApiCall } from './request';

/** As many as ProcessMaker gives in one answer everywhere. */
const PAGE_SIZE = 100;

export interface ListCall extends Pick<ApiCall, 'path' | 'qs' | 'timeoutSeconds' | 'maxReads' | 'onHeaders'> {
  /** How many entries at most; all unless told. */
  limit?: number;
  pageSize?: number;
}

/**
 * Reads a list of ProcessMaker's REST API page by page: `{ data: […], meta: { last_page, … } }`.
 *
 * @returns the entries in the server's order, each id once, since a list may change between two pages; a failure when
 * an answer is anything but such a list, so that it is never taken for an empty one
 */
export async function readList(
  connection: Connection,
  { limit = Infinity, pageSize = PAGE_SIZE, ...call }: ListCall,
): Promise<Result<IDataObject[]>> {
  const entries: IDataObject[] = [];
  const ids = new Set<unknown>();
  const perPage = Math.min(pageSize, limit);
  for (let page = 1, lastPage = 1; page <= lastPage && entries.length < limit; page++) {
    const listed = await readPage(connection, { ...call, pageSize: perPage }, page);
    if (!listed.ok) return listed;
    lastPage = listed.value.lastPage;
    for (const entry of listed.value.entries) {
      if (entries.length === limit || ids.has(entry.id)) continue;
      if (entry.id !== undefined) ids.add(entry.id);
      entries.push(entry);
    }
  }
  return { ok: true, value: entries };
}

export interface ListPage {
  entries: IDataObject[];
  lastPage: number;
  /** How many entries the whole list has; NaN when the answer does not say. */
  total: number;
}

/** Reads one page of such a list, the first of which is page 1. */
export async function readPage(
  connection: Connection,
  { qs, pageSize = PAGE_SIZE, ...call }: Omit<ListCall, 'limit'>,
  page: number,
): Promise<Result<ListPage>> {
  const { path } = call;
  const result = await callApiPatiently(connection, {
    ...call,
    method: 'GET',
    qs: { ...qs, per_page: pageSize, page },
  });
  if (!result.ok) return result;
  const { data, meta } = result.value as IDataObject;
  if (!Array.isArray(data) || !isObject(meta)) return notAList(path);
  const lastPage = Number(meta.last_page);
  const entries = (data as unknown[]).filter(isObject);
  if (entries.length < data.length || !Number.isInteger(lastPage)) return notAList(path);
  return { ok: true, value: { entries, lastPage, total: Number(meta.total) } };
}

function notAList(path: string): Result<never> {
  return {
    ok: false,
    failure: {
      kind: 'foreignAnswer',
      message: `The answer to ${path} is not a list in the form that ProcessMaker gives it`,
      description: "Check the 'Instance URL' of the credential.",
      delivery: 'notProcessed',
    },
  };
}
