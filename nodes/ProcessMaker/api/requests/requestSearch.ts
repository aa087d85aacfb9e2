import type { IExecuteFunctions } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import { inputFailure, type Failure, type Result } from '../../transport/failure';
import { readList, type ListCall } from '../../transport/pagination';
import { apiPath } from '../../transport/request';
import { asText, isObject } from '../../guards';
import { comparing, listById, type ListOrder } from '../listById';
import { pmqlAll } from '../pmql';
import type { RequestFilter } from '../../input/requestFilters';
import { NOT_REQUESTS } from './requests';
import { isApiRequest, type ApiRequest } from './simplifyRequest';

/** What ProcessMaker cannot carry out it cannot the next time either. */
const MAX_READS = 2;
const SORT_FIELDS = ['id', 'case_number', 'completed_at', 'name', 'initiated_at', 'status', 'updated_at'];

/** A search for Requests. */
export interface RequestSearch extends RequestFilter {
  sort: ListOrder;
  /** How many at most; all of them when it is Infinity. */
  limit: number;
  /** Names that ProcessMaker's `include` knows. */
  includes: string[];
}

/** The parameter 'Sort' of an item; the newest first unless told. Nothing is sent. */
export function readRequestSort(context: IExecuteFunctions, itemIndex: number): Result<ListOrder> {
  const by: unknown = context.getNodeParameter('sort.by', itemIndex, null);
  if (!isObject(by)) return { ok: true, value: { field: 'id', direction: 'desc' } };
  const field = asText(by.field);
  if (SORT_FIELDS.includes(field)) {
    return { ok: true, value: { field, direction: by.direction === 'asc' ? 'asc' : 'desc' } };
  }
  return inputFailure(
    `'Sort' has the field "${field}", by which Requests cannot be sorted`,
    'Choose one from its list.',
  );
}

/**
 * Looks for Requests: `GET /api/1.0/requests?pmql=…&filter=…&order_by=…`.
 *
 * @returns those that the user of the access token may see, in the order asked for
 */
export async function searchRequests(
  connection: Connection,
  search: RequestSearch,
): Promise<Result<ApiRequest[]>> {
  const { sort, limit } = search;
  // The database sorts rows with all of their data, for which it can lack the memory, but finds them by id.
  const isSortedHere = limit === Infinity && sort.field !== 'id';
  const order = isSortedHere ? ID_ORDER : sort;
  const call = toCall(search, order);
  const found = await (order.field === 'id'
    ? listById(connection, call, order.direction)
    : readList(connection, call));
  if (!found.ok) return { ok: false, failure: explain(found.failure, search, order) };
  if (!found.value.every(isApiRequest)) return { ok: false, failure: NOT_REQUESTS };
  return { ok: true, value: isSortedHere ? found.value.sort(comparing(sort)) : found.value };
}

const ID_ORDER: ListOrder = { field: 'id', direction: 'desc' };

function toCall(
  { conditions, text, includes, limit }: RequestSearch,
  { field, direction }: ListOrder,
): ListCall {
  const pmql = pmqlAll(conditions);
  return {
    path: apiPath('1.0', 'requests'),
    qs: {
      ...(pmql !== '' && { pmql }),
      ...(text !== undefined && { filter: text }),
      include: includes.join(','),
      order_by: field,
      order_direction: direction,
    },
    limit,
    maxReads: MAX_READS,
  };
}

/** What some answers mean to a search. */
function explain(failure: Failure, { hasPmql, requester }: RequestSearch, { field }: ListOrder): Failure {
  if (failure.kind === 'badRequest') {
    const [subject, ...others] = [...(hasPmql ? ["'PMQL'"] : []), ...(requester ? ["'Requester'"] : [])];
    if (subject === undefined) return failure;
    const subjects = [subject, ...others].join(' or ');
    return {
      ...failure,
      message: `ProcessMaker does not understand the search by ${subjects}`,
      description: `It says: ${failure.description} ${hasPmql ? PMQL_ADVICE : 'Give the name with which the user signs in, or the id of the user.'}`,
    };
  }
  if (failure.kind !== 'serverError' || (!hasPmql && field === 'id')) return failure;
  return {
    ...failure,
    message: 'ProcessMaker could not carry out the search and gave no reason (HTTP status 500)',
    description: [
      ...(hasPmql
        ? [`Most likely 'PMQL' names a field that ProcessMaker does not know. ${PMQL_ADVICE}`]
        : []),
      ...(field === 'id' ? [] : ["It may lack the memory to sort: choose the field 'ID' in 'Sort'."]),
    ].join(' '),
  };
}

const PMQL_ADVICE =
  'Fields are id, case_number, process_id, status, request, requester, participant, started, completed, updated_at, and data.… for the data. Texts stand in double quotes; the names of fields of the data have no dashes or spaces.';
