import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../helpers/guards';
import type { Connection } from './connection';
import type { Result } from './failure';
import { callApiPatiently } from './request';

/** As many as ProcessMaker gives in one answer everywhere. */
const PAGE_SIZE = 100;

export interface ListCall {
  /** Below `/api/` (see `apiPath`). */
  path: string;
  qs?: IDataObject;
  /** How many entries at most; all unless told. */
  limit?: number;
  pageSize?: number;
  /** See `ApiCall`. */
  maxReads?: number;
}

/**
 * Reads a list of ProcessMaker's REST API page by page: `{ data: […], meta: { last_page, … } }`.
 *
 * @returns the entries in the server's order, each id once, since a list may change between two pages; a failure when
 * an answer is anything but such a list, so that it is never taken for an empty one
 */
export async function readList(
  connection: Connection,
  { path, qs, limit = Infinity, pageSize = PAGE_SIZE, maxReads }: ListCall,
): Promise<Result<IDataObject[]>> {
  const entries: IDataObject[] = [];
  const ids = new Set<unknown>();
  const perPage = Math.min(pageSize, limit);
  for (let page = 1, lastPage = 1; page <= lastPage && entries.length < limit; page++) {
    const result = await callApiPatiently(connection, {
      method: 'GET',
      path,
      qs: { ...qs, per_page: perPage, page },
      maxReads,
    });
    if (!result.ok) return result;
    const { data, meta } = result.value as IDataObject;
    if (!Array.isArray(data) || !isObject(meta)) return notAList(path);
    lastPage = Number(meta.last_page);
    const listed = (data as unknown[]).filter(isObject);
    if (listed.length < data.length || !Number.isInteger(lastPage)) return notAList(path);
    for (const entry of listed) {
      if (entries.length === limit || ids.has(entry.id)) continue;
      if (entry.id !== undefined) ids.add(entry.id);
      entries.push(entry);
    }
  }
  return { ok: true, value: entries };
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
