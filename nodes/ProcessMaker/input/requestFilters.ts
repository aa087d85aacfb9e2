import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { filterText, type ListOrder, pmqlText, pmqlTime } from '../api/lists';
import type { RequestFilter } from '../api/requests/requestSearch';
import { requestFilters, SORT_FIELDS } from '../descriptions/requestFilters';
import { asText, isObject, parseId } from '../guards';
import { inputError } from '../transport/processMakerError';
import { readChoices, readFilters, readOwnPmql, readProcessCondition } from './filters';

const STATUSES: Readonly<Record<string, string>> = {
  ACTIVE: 'In Progress',
  CANCELED: 'Canceled',
  COMPLETED: 'Completed',
  ERROR: 'Error',
};

const TIMES = [
  { name: 'startedAfter', parameter: 'Started After', condition: 'started >=' },
  { name: 'startedBefore', parameter: 'Started Before', condition: 'started <' },
  { name: 'updatedAfter', parameter: 'Updated After', condition: 'updated_at >=' },
  { name: 'updatedBefore', parameter: 'Updated Before', condition: 'updated_at <' },
];

/** The parameter 'Filters' of an item. */
export function readRequestFilter(context: IExecuteFunctions, itemIndex: number): RequestFilter {
  const filters = readFilters(context, itemIndex, requestFilters);
  const requester = asText(filters.requester).trim() || undefined;
  const pmql = readOwnPmql(filters.pmql);
  const timezone = context.getTimezone();
  const times = TIMES.filter(({ name }) => filters[name] !== undefined && filters[name] !== '');
  const requesterId = parseId(requester ?? '');
  const conditions = [
    ...readProcessCondition(filters.processes ?? []),
    statusCondition(filters),
    requester &&
      (requesterId ? `user_id = ${requesterId}` : `requester = ${pmqlText(requester, 'Requester')}`),
    ...times.map(
      ({ name, parameter, condition }) => `${condition} ${pmqlTime(filters[name], parameter, timezone)}`,
    ),
    pmql,
  ].filter((condition) => condition !== undefined);
  return {
    conditions,
    text: filterText(asText(filters.text)) || undefined,
    hasPmql: pmql !== undefined,
    requester,
  };
}

/** The parameter 'Sort' of an item; the newest Requests first without it. */
export function readRequestSort(context: IExecuteFunctions, itemIndex: number): ListOrder {
  const by: unknown = context.getNodeParameter('sort.by', itemIndex, null);
  if (!isObject(by)) return { field: 'id', direction: 'desc' };
  const field = asText(by.field);
  if (SORT_FIELDS.some(({ value }) => value === field)) {
    return { field, direction: by.direction === 'asc' ? 'asc' : 'desc' };
  }
  throw inputError(
    `'Sort' has the field "${field}", by which Requests cannot be sorted`,
    'Choose one from its list.',
  );
}

function statusCondition({ statuses = [] }: IDataObject): string | undefined {
  const wanted = readChoices(statuses, 'Status').map((status) => status.toUpperCase());
  const wrong = wanted.find((status) => !Object.hasOwn(STATUSES, status));
  if (wrong !== undefined) {
    throw inputError(
      `'Status' holds "${wrong}", which is not the status of a Request`,
      `The statuses are ${Object.keys(STATUSES).join(', ')}.`,
    );
  }
  return wanted.map((status) => `status = "${STATUSES[status]}"`).join(' OR ') || undefined;
}
