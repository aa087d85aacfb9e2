import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import type { Failure, Result } from '../transport/failure';
import { apiPath, callApiPatiently } from '../transport/request';
import { isObject, objectsIn } from '../guards';
import { aboutRequest, readRequest } from '../api/requests/requests';
import type { ApiRequest } from '../api/requests/simplifyRequest';

/** Changes of the data at the same time undo each other: ProcessMaker locks nothing. */
const MAX_WRITES = 3;

/** A URL for a variable of a Request. */
export interface GivenUrl {
  requestId: number;
  variable: string;
  url: string;
  /** Whether the Request was started with it. */
  isSent: boolean;
  /** What the Request is to bring along: names that ProcessMaker's `include` knows. */
  includes: string[];
}

/**
 * Sees to it that a Request that runs has the URL: `PUT /api/1.0/requests/{id}` with `{"data":{…}}`, and read back, since
 * a change of somebody else may have undone it, and an answer may be lost.
 *
 * @returns the Request as it was read last; one that has ended is left alone
 */
export async function giveUrl(connection: Connection, given: GivenUrl): Promise<Result<ApiRequest>> {
  const { requestId, variable, url, isSent, includes } = given;
  const place = variable.startsWith('_') ? 'summary' : 'data';
  let lost: Result<never> | undefined;
  for (let writes = 0; ; writes++) {
    const read = await readRequest(connection, requestId, [...new Set([...includes, place])]);
    if (!read.ok) return read;
    const request = read.value;
    const stored = valueIn(request, variable);
    const isThere = stored === url || (stored === NOT_SHOWN && (isSent || (writes > 0 && !lost)));
    if (request.status !== 'ACTIVE' || isThere) return { ok: true, value: without(request, place, includes) };
    if (writes === MAX_WRITES) return lost ?? { ok: false, failure: notKept(requestId, variable) };
    const call = await callApiPatiently(connection, {
      method: 'PUT',
      path: apiPath('1.0', 'requests', requestId),
      body: JSON.stringify({ data: { [variable]: url } }),
      expects: 'nothing',
    });
    lost = call.ok ? undefined : call;
    if (!call.ok && call.failure.delivery === 'notProcessed') {
      const ended = await readEnded(connection, requestId, includes);
      return ended
        ? { ok: true, value: ended }
        : { ok: false, failure: explain(call.failure, requestId, variable) };
    }
  }
}

/** A Request that has ended since it was looked at is no more to be written by those who may write running ones. */
async function readEnded(
  connection: Connection,
  requestId: number,
  includes: string[],
): Promise<ApiRequest | undefined> {
  const read = await readRequest(connection, requestId, includes);
  return read.ok && read.value.status !== 'ACTIVE' ? read.value : undefined;
}

/** Users who may not see a Request's summary do not see the hidden fields of its data. */
const NOT_SHOWN = Symbol('not shown');

function valueIn({ data, summary }: ApiRequest, variable: string): unknown {
  if (!variable.startsWith('_')) return isObject(data) ? data[variable] : undefined;
  return Array.isArray(summary) ? objectsIn(summary).find(({ key }) => key === variable)?.value : NOT_SHOWN;
}

/** Without what was only read to look for the URL. */
function without(request: ApiRequest, place: string, includes: string[]): ApiRequest {
  if (includes.includes(place)) return request;
  const fields: Array<[string, IDataObject[string]]> = Object.entries(request);
  return Object.fromEntries(fields.filter(([name]) => name !== place)) as ApiRequest;
}

function explain(failure: Failure, id: number, variable: string): Failure {
  if (failure.kind !== 'forbidden') return aboutRequest(failure, id);
  return {
    ...failure,
    message: `The user of the access token may not write the URL for the call into variable '${variable}' of Request ${id}`,
    description:
      "To have started the Request is not enough: the user needs the permission 'edit-task_data' or 'edit-request_data'. Ask a ProcessMaker administrator.",
    requestId: id,
  };
}

function notKept(id: number, variable: string): Failure {
  return {
    kind: 'invalid',
    message: `Request ${id} does not keep the URL for the call in variable '${variable}'`,
    description: 'Others seem to change its data at the same time. Wait for it again later.',
    delivery: 'notProcessed',
    requestId: id,
  };
}
