import type { Connection } from '../../transport/connection';
import { readList } from '../../transport/pagination';
import { explained } from '../../transport/processMakerError';
import { apiPath } from '../../transport/request';
import { listById, type ListOrder, pmqlAll } from '../lists';
import { type ApiRequest, asRequests } from './requests';

/** What ProcessMaker cannot carry out it cannot the next time either. */
const MAX_READS = 2;

/** Which Requests are looked for. */
export interface RequestFilter {
  /** In PMQL, all of which have to be met. */
  conditions: string[];
  /** A text to look for anywhere in a Request. */
  text: string | undefined;
  /** The user's own PMQL is among the conditions. */
  hasPmql: boolean;
  requester: string | undefined;
}

/** A search for Requests. */
export interface RequestSearch extends RequestFilter {
  sort: ListOrder;
  /** How many at most; all of them when it is Infinity. */
  limit: number;
  /** Names that ProcessMaker's `include` knows. */
  includes: string[];
}

/**
 * Looks for Requests: `GET /api/1.0/requests?pmql=…&filter=…&order_by=…`.
 *
 * @returns those that the user of the access token may see, in the order asked for
 */
export async function searchRequests(connection: Connection, search: RequestSearch): Promise<ApiRequest[]> {
  const { conditions, text, includes, limit, sort } = search;
  const pmql = pmqlAll(conditions);
  const call = {
    path: apiPath('1.0', 'requests'),
    qs: {
      ...(pmql !== '' && { pmql }),
      ...(text !== undefined && { filter: text }),
      include: includes.join(','),
      order_by: sort.field,
      order_direction: sort.direction,
    },
    limit,
    maxReads: MAX_READS,
  };
  try {
    return asRequests(
      sort.field === 'id'
        ? await listById(connection, call, sort.direction)
        : await readList(connection, call),
    );
  } catch (error) {
    throw aboutSearch(error, search);
  }
}

/** What some responses mean to a search. */
function aboutSearch(thrown: unknown, { hasPmql, requester, sort }: RequestSearch): Error {
  return explained(thrown, ({ kind, description }) => {
    const subjects = [...(hasPmql ? ["'PMQL'"] : []), ...(requester ? ["'Requester'"] : [])];
    if (kind === 'badRequest' && subjects.length > 0) {
      return {
        message: `ProcessMaker does not understand the search by ${subjects.join(' or ')}`,
        description: `It says: ${description} ${hasPmql ? PMQL_ADVICE : 'Give the name with which the user signs in, or the id of the user.'}`,
      };
    }
    const advice = [
      ...(hasPmql
        ? [`Most likely 'PMQL' names a field that ProcessMaker does not know. ${PMQL_ADVICE}`]
        : []),
      ...(sort.field === 'id' ? [] : ["It may lack the memory to sort: choose the field 'ID' in 'Sort'."]),
    ];
    if (kind !== 'serverError' || advice.length === 0) return undefined;
    return {
      message: 'ProcessMaker could not carry out the search and gave no reason (HTTP status 500)',
      description: advice.join(' '),
    };
  });
}

const PMQL_ADVICE =
  'Fields are id, case_number, process_id, status, request, requester, participant, started, completed, updated_at, and data.… for the data. Texts stand in double quotes; the names of fields of the data have no dashes or spaces.';
