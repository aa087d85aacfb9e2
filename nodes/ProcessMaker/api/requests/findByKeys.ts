import { asText, objectsIn } from '../../guards';
import type { Connection } from '../../transport/connection';
import { ProcessMakerError } from '../../transport/processMakerError';
import { KEY_FIELD } from './keyField';
import { includesOf, readPages, type ApiRequest } from './requests';

/** Of PMQL in one call, so that the URL stays far below the 8 KB that web servers take, even when encoded. */
const MAX_QUERY = 3600;

/** A Request that was found, with the key in its data. */
export interface FoundRequest {
  key: string;
  request: ApiRequest;
}

/** Where to look: any of these beginnings of keys, within one process when it is given. */
export interface KeySearch {
  prefixes: string[];
  processId?: number;
  /** Whether the Requests are to bring their data along. */
  includeData: boolean;
}

/**
 * Finds what was started under keys: `GET /api/1.0/requests?pmql=data._n8n_key LIKE "…%"`, many keys in one call.
 *
 * @returns the Requests themselves in the order of their ids, without the sub-processes that inherited their data
 * @throws ProcessMakerError also when a Request does not show its key
 */
export async function findByKeys(connection: Connection, search: KeySearch): Promise<FoundRequest[]> {
  const found: FoundRequest[] = [];
  for (const { pmql, prefixes } of queries(search)) {
    const includes = ['summary', ...includesOf(search.includeData)];
    for (const request of await readPages(connection, pmql, includes)) {
      if (isSubProcess(request)) continue;
      const key = takeKey(request);
      // A Request that was found by its key but does not show it would count as "nothing was started".
      if (key === '') throw keyNotShown();
      // PMQL compares loosely; keys are compared exactly.
      if (prefixes.some((prefix) => key.startsWith(prefix))) found.push({ key, request });
    }
  }
  return found;
}

function keyNotShown(): ProcessMakerError {
  return new ProcessMakerError({
    kind: 'unexpectedResponse',
    message: 'ProcessMaker does not show the key by which a Request was found',
    description:
      "Let an administrator see whether the user of the access token may see the summary of Requests, or switch off the option 'Hidden Key'.",
    delivery: 'notProcessed',
  });
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
