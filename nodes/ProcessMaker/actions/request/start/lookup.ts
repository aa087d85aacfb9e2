import type { Failure, Result } from '../../../transport/failure';
import type { Connection } from '../../../transport/connection';
import { asText, objectsIn } from '../../../guards';
import { includesOf, readPages } from '../../../api/requests/requests';
import type { ApiRequest } from '../../../api/requests/simplifyRequest';
import { KEY_FIELD } from './keys';

/** Of PMQL in one call, so that the URL stays far below the 8 KB that web servers take, even when encoded. */
const MAX_QUERY = 3600;

const NO_KEY: Failure = {
  kind: 'foreignAnswer',
  message: 'ProcessMaker does not show the key by which a Request was found',
  description:
    "Let an administrator see whether the user of the access token may see the summary of Requests, or switch off the option 'Hidden Key'.",
  delivery: 'notProcessed',
};

/** A Request that was found, with the key in its data. */
export interface FoundRequest {
  key: string;
  request: ApiRequest;
}

/** Where to look: any of these beginnings of keys, within one process when it is given. */
export interface KeySearch {
  prefixes: string[];
  processId?: number;
}

/**
 * Finds what was started under keys: `GET /api/1.0/requests?pmql=data._n8n_key LIKE "…%"`, many keys in one call.
 *
 * @returns the Requests themselves in the order of their ids, without the sub-processes that inherited their data
 */
export async function findByKeys(
  connection: Connection,
  search: KeySearch,
  includeData: boolean,
): Promise<Result<FoundRequest[]>> {
  const found: FoundRequest[] = [];
  for (const { pmql, prefixes } of queries(search)) {
    const requests = await readPages(connection, pmql, ['summary', ...includesOf(includeData)]);
    if (!requests.ok) return requests;
    for (const request of requests.value) {
      if (isSubProcess(request)) continue;
      const key = takeKey(request);
      // A Request that was found by its key but does not show it would count as "nothing was started".
      if (key === '') return { ok: false, failure: NO_KEY };
      // PMQL compares loosely; keys are compared exactly.
      if (prefixes.some((prefix) => key.startsWith(prefix))) found.push({ key, request });
    }
  }
  return { ok: true, value: found };
}

/** The search, cut into queries that each fit into a URL. */
function queries({ prefixes, processId }: KeySearch): Array<{ pmql: string; prefixes: string[] }> {
  const chunks: string[][] = [];
  let length = Infinity;
  for (const prefix of prefixes) {
    length += condition(prefix).length + OR.length;
    if (length > MAX_QUERY) {
      chunks.push([]);
      length = condition(prefix).length;
    }
    chunks.at(-1)?.push(prefix);
  }
  const scope = processId === undefined ? '' : `(process_id = ${processId}) AND `;
  return chunks.map((chunk) => ({
    prefixes: chunk,
    pmql: `${scope}(${chunk.map(condition).join(OR)})`,
  }));
}

const OR = ' OR ';

function condition(prefix: string): string {
  return `data.${KEY_FIELD} LIKE "${prefix}%"`;
}

function isSubProcess({ parent_request_id }: ApiRequest): boolean {
  return parent_request_id !== null && parent_request_id !== undefined;
}

/** The key in a Request's summary. The summary was only asked for because of it, and holds the whole data again. */
function takeKey(request: ApiRequest): string {
  const entry = objectsIn(request.summary).find(({ key }) => key === KEY_FIELD);
  delete request.summary;
  return asText(entry?.value);
}
