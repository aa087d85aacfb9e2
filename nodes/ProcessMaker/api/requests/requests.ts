import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../../guards';
import type { Connection } from '../../transport/connection';
import { readList } from '../../transport/pagination';
import { explained, unexpectedResponse } from '../../transport/processMakerError';
import { apiPath, read } from '../../transport/request';
import { readInChunks, valueIn, type Batch } from '../readByIds';

/** A Request as ProcessMaker's API gives it, as far as it is relied on. */
export interface ApiRequest extends IDataObject {
  id: number;
  status: string;
}

/** Whether a response's body is a Request. */
export function isApiRequest(body: unknown): body is ApiRequest {
  return isObject(body) && Number.isInteger(body.id) && typeof body.status === 'string';
}

/** @throws ProcessMakerError when one is no Request: such a list does not say that there is none */
export function asRequests(rows: object[]): ApiRequest[] {
  if (!rows.every(isApiRequest)) throw notRequests();
  return rows;
}

function notRequests() {
  return unexpectedResponse('The list of Requests is not in the form that ProcessMaker gives it');
}

/** What a Request that was looked up brings along, so that it can be returned like one that was just started. */
export function includesOf(includeData: boolean): string[] {
  return includeData ? ['process', 'activeTasks', 'data'] : ['process', 'activeTasks'];
}

/**
 * Reads Requests by id: `GET /api/1.0/requests?pmql=id IN […]`, 100 in one call.
 *
 * @param includes names that ProcessMaker's `include` knows
 * @returns those that exist and may be seen, by id, and the errors of those that could not be read (see `readChunks`)
 */
export async function readByIds(
  connection: Connection,
  ids: number[],
  includes: string[],
): Promise<Batch<ApiRequest>> {
  return await readInChunks(ids, async (pmql) => await readPages(connection, pmql, includes));
}

/**
 * Reads all pages of a search: `GET /api/1.0/requests?pmql=…&include=…&page=…`.
 *
 * @param includes names that ProcessMaker's `include` knows
 * @returns the Requests in the order of their ids
 */
export async function readPages(
  connection: Connection,
  pmql: string,
  includes: string[],
): Promise<ApiRequest[]> {
  const list = await readList(connection, {
    path: apiPath('1.0', 'requests'),
    qs: { pmql, ...(includes.length > 0 && { include: includes.join(',') }), order_by: 'id' },
  });
  return asRequests(list);
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
): Promise<ApiRequest> {
  const listed = await readByIds(connection, [id], includes);
  return valueIn(listed, id) ?? (await readUnlisted(connection, id, includes));
}

/** Reads a Request that no list shows: `GET /api/1.0/requests/{id}?include=…`. */
export async function readUnlisted(
  connection: Connection,
  id: number,
  includes: string[],
): Promise<ApiRequest> {
  const qs = { include: includes.join(',') };
  try {
    const request = await read(connection, { path: apiPath('1.0', 'requests', id), qs });
    if (!isApiRequest(request)) throw notRequests();
    return request;
  } catch (error) {
    throw aboutRequest(error, id);
  }
}

const MAY_SEE =
  'The user has to have started the Request, to take part in it, or to have the permission for all Requests.';

/**
 * What some responses mean when they are about one Request.
 *
 * @param whoMay who is allowed what was asked for, as a sentence
 */
export function aboutRequest(thrown: unknown, id: number, whoMay = MAY_SEE): Error {
  return explained(thrown, ({ kind }) => {
    if (kind === 'notFound') {
      return {
        message: `There is no Request ${id}`,
        description:
          "It may have been deleted, or belong to another instance. If you know its case number, choose 'By Case Number'.",
      };
    }
    if (kind === 'forbidden') {
      return {
        message: `ProcessMaker does not allow this to the user of the access token for Request ${id}`,
        description: `${whoMay} Ask a ProcessMaker administrator.`,
      };
    }
    return undefined;
  });
}
