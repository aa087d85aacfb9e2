import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import type { Failure, Result } from '../transport/failure';
import { apiPath, callApiPatiently } from '../transport/request';
import { isObject } from './guards';
import { isApiRequest, type ApiRequest } from './simplify';

/** Requests in one call. */
const PAGE_SIZE = 100;

const NOT_A_LIST: Failure = {
  kind: 'foreignAnswer',
  message: 'The list of Requests is not in the form that ProcessMaker gives it',
  description: "Check the 'Instance URL' of the credential.",
  delivery: 'notProcessed',
};

/** What a Request that was looked up brings along, so that it can be returned like one that was just started. */
export function includesOf(includeData: boolean): string[] {
  return includeData ? ['process', 'activeTasks', 'data'] : ['process', 'activeTasks'];
}

/**
 * Reads Requests by id: `GET /api/1.0/requests?pmql=id IN […]`, 100 in one call.
 *
 * @returns those that exist and may be seen, by id
 */
export async function findByIds(
  connection: Connection,
  ids: number[],
  includeData: boolean,
): Promise<Result<Map<number, ApiRequest>>> {
  const found = new Map<number, ApiRequest>();
  for (let from = 0; from < ids.length; from += PAGE_SIZE) {
    const pmql = `id IN [${ids.slice(from, from + PAGE_SIZE).join(',')}]`;
    const requests = await readPages(connection, pmql, includesOf(includeData));
    if (!requests.ok) return requests;
    for (const request of requests.value) found.set(request.id, request);
  }
  return { ok: true, value: found };
}

/**
 * Reads all pages of a search: `GET /api/1.0/requests?pmql=…&include=…&page=…`.
 *
 * @param includes names that ProcessMaker's `include` knows
 * @returns the Requests in the order of their ids; a failure when an answer is anything but a list of them
 */
export async function readPages(
  connection: Connection,
  pmql: string,
  includes: string[],
): Promise<Result<ApiRequest[]>> {
  const include = includes.join(',');
  const requests: ApiRequest[] = [];
  for (let page = 1, lastPage = 1; page <= lastPage; page++) {
    const qs = { pmql, include, order_by: 'id', per_page: PAGE_SIZE, page };
    const result = await callApiPatiently(connection, {
      method: 'GET',
      path: apiPath('1.0', 'requests'),
      qs,
    });
    if (!result.ok) return result;
    const { data, meta } = result.value as IDataObject;
    // An answer that is no list does not say that there is no Request.
    if (!Array.isArray(data)) return { ok: false, failure: NOT_A_LIST };
    lastPage = isObject(meta) ? Number(meta.last_page) : NaN;
    const listed = (data as unknown[]).filter(isApiRequest);
    if (listed.length < data.length || !Number.isInteger(lastPage)) return { ok: false, failure: NOT_A_LIST };
    for (const request of listed) requests.push(request);
  }
  return { ok: true, value: requests };
}
