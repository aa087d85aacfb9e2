import type { Connection } from '../../transport/connection';
import type { Failure, Result } from '../../transport/failure';
import { readList } from '../../transport/pagination';
import { apiPath, callApiPatiently } from '../../transport/request';
import { isApiRequest, type ApiRequest } from './simplifyRequest';

/** Requests in one call. */
const PAGE_SIZE = 100;

export const NOT_REQUESTS: Failure = {
  kind: 'foreignAnswer',
  message: 'The list of Requests is not in the form that ProcessMaker gives it',
  description: "Check the 'Instance URL' of the credential.",
  delivery: 'notProcessed',
};

/** What a Request that was looked up brings along, so that it can be returned like one that was just started. */
export function includesOf(includeData: boolean): string[] {
  return includeData ? ['process', 'activeTasks', 'data'] : ['process', 'activeTasks'];
}

/** Reads Requests by id, with what one brings along that was just started. See `readByIds`. */
export async function findByIds(
  connection: Connection,
  ids: number[],
  includeData: boolean,
): Promise<Result<Map<number, ApiRequest>>> {
  return await readByIds(connection, ids, includesOf(includeData));
}

/**
 * Reads Requests by id: `GET /api/1.0/requests?pmql=id IN […]`, 100 in one call.
 *
 * @param includes names that ProcessMaker's `include` knows
 * @returns those that exist and may be seen, by id
 */
export async function readByIds(
  connection: Connection,
  ids: number[],
  includes: string[],
): Promise<Result<Map<number, ApiRequest>>> {
  const found = new Map<number, ApiRequest>();
  for (let from = 0; from < ids.length; from += PAGE_SIZE) {
    const pmql = `id IN [${ids.slice(from, from + PAGE_SIZE).join(',')}]`;
    const requests = await readPages(connection, pmql, includes);
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
  const list = await readList(connection, {
    path: apiPath('1.0', 'requests'),
    qs: { pmql, ...(includes.length > 0 && { include: includes.join(',') }), order_by: 'id' },
  });
  if (!list.ok) return list;
  const requests = list.value.filter(isApiRequest);
  // An answer that is no list of Requests does not say that there is none.
  return requests.length === list.value.length
    ? { ok: true, value: requests }
    : { ok: false, failure: NOT_REQUESTS };
}

/**
 * Reads one Request as a list of one, since only lists name its process. One that is missing there is asked for by
 * itself, `GET /api/1.0/requests/{id}`, which says why.
 *
 * @param includes names that ProcessMaker's `include` knows
 */
export async function readRequest(
  connection: Connection,
  id: number,
  includes: string[],
): Promise<Result<ApiRequest>> {
  const listed = await readByIds(connection, [id], includes);
  if (!listed.ok) return listed;
  const request = listed.value.get(id);
  return request ? { ok: true, value: request } : await readUnlisted(connection, id, includes);
}

/** Reads a Request that no list shows: `GET /api/1.0/requests/{id}?include=…`. */
export async function readUnlisted(
  connection: Connection,
  id: number,
  includes: string[],
): Promise<Result<ApiRequest>> {
  const result = await callApiPatiently(connection, {
    method: 'GET',
    path: apiPath('1.0', 'requests', id),
    qs: { include: includes.join(',') },
  });
  if (!result.ok) return { ok: false, failure: aboutRequest(result.failure, id) };
  return isApiRequest(result.value)
    ? { ok: true, value: result.value }
    : { ok: false, failure: NOT_REQUESTS };
}

const MAY_SEE =
  'The user has to have started the Request, to take part in it, or to have the permission for all Requests.';

/**
 * What some answers mean when they are about one Request.
 *
 * @param whoMay who is allowed what was asked for, as a sentence
 */
export function aboutRequest(failure: Failure, id: number, whoMay = MAY_SEE): Failure {
  if (failure.kind === 'notFound') {
    return {
      ...failure,
      message: `There is no Request ${id}`,
      description:
        "It may have been deleted, or belong to another instance. If you know its case number, choose 'By Case Number'.",
    };
  }
  if (failure.kind === 'forbidden') {
    return {
      ...failure,
      message: `ProcessMaker does not allow this to the user of the access token for Request ${id}`,
      description: `${whoMay} Ask a ProcessMaker administrator.`,
    };
  }
  return failure;
}
