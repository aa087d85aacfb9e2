import type { Connection } from '../../transport/connection';
import type { ListPage } from '../../transport/pagination';
import { explained } from '../../transport/processMakerError';
import { apiPath } from '../../transport/request';
import { type ListOrder, type Newest, pmqlAll, pmqlTime, readNewest, searchList } from '../lists';
import { type ApiRequest, asRequests, readPages } from './requests';

/** Only one repeat: a search that ProcessMaker cannot carry out will not work the next time either. */
const MAX_READS = 2;

export interface RequestFilter {
  /** In PMQL, all of which have to be met. */
  conditions: string[];
  /** By `filterText`. */
  text: string | undefined;
  /** The user's own PMQL is among the conditions. */
  hasPmql: boolean;
  requester: string | undefined;
}

export interface RequestSearch extends RequestFilter {
  sort: ListOrder;
  limit: number;
  includes: string[];
}

/** Looks for Requests that the user may see: `GET /api/1.0/requests?pmql=…&filter=…&order_by=…`. */
export async function searchRequests(connection: Connection, search: RequestSearch): Promise<ApiRequest[]> {
  const { conditions, text, includes, limit, sort } = search;
  const pmql = pmqlAll(conditions);
  const qs = {
    ...(pmql && { pmql }),
    ...(text !== undefined && { filter: text }),
    include: includes.join(','),
  };
  const call = { path: apiPath('1.0', 'requests'), qs, limit, maxReads: MAX_READS };
  const list = await searchList(connection, call, sort).catch((error: unknown) => {
    throw aboutSearch(error, search);
  });
  return asRequests(list);
}

/**
 * Finds Requests that have ended since a time, or are in ERROR, and hold a text that begins so in a field of their data:
 * `GET /api/1.0/requests?pmql=(completed >= … OR …) AND (data.… LIKE "…%")`. @param since milliseconds since 1970
 */
export async function findEnded(connection: Connection, since: number, field: string, beginning: string) {
  const time = pmqlTime(since, 'Days', 'utc');
  // One in ERROR has no time of its end.
  const ended = `completed >= ${time} OR (status = "Error" AND updated_at >= ${time})`;
  return await readPages(connection, pmqlAll([ended, `data.${field} LIKE "${beginning}%"`]), []);
}

function aboutSearch(thrown: unknown, { hasPmql, requester, sort }: RequestSearch): Error {
  return explained(thrown, ({ kind, description }) => {
    const subjects = [hasPmql && "'PMQL'", requester && "'Requester'"].filter(Boolean);
    if (kind === 'badRequest' && subjects.length > 0) {
      return {
        message: `ProcessMaker does not understand the search by ${subjects.join(' or ')}`,
        description: `It says: ${description} ${hasPmql ? PMQL_ADVICE : 'Give the name with which the user signs in, or the id of the user.'}`,
      };
    }
    const advice = [
      hasPmql && `Most likely 'PMQL' names a field that ProcessMaker does not know. ${PMQL_ADVICE}`,
      sort.field !== 'id' && "It may lack the memory to sort: choose the field 'ID' in 'Sort'.",
    ].filter(Boolean);
    if (kind !== 'serverError' || advice.length === 0) return undefined;
    return {
      message: 'ProcessMaker could not carry out the search and gave no reason (HTTP status 500)',
      description: advice.join(' '),
    };
  });
}

const PMQL_ADVICE =
  'Fields are id, case_number, process_id, status, request, requester, participant, started, completed, updated_at, and data.… for the data. Write texts in double quotes; the names of fields of the data have no dashes or spaces.';

/** The newest Requests that the user of the token may see: `GET /api/1.0/requests`. See `readNewest`. */
export async function readNewestRequests(connection: Connection, newest: Newest): Promise<ListPage> {
  return await readNewest(connection, { path: apiPath('1.0', 'requests') }, newest);
}
