import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { type ListOrder, pmqlText, pmqlTime } from '../api/lists';
import type { RequestFilter } from '../api/requests/requestSearch';
import { requestFilters, SORT_FIELDS } from '../descriptions/requestFilters';
import { asText, isObject, parseId } from '../guards';
import { inputError } from '../transport/processMakerError';
import { readFilters, readOwnPmql } from './filters';

/** The names that PMQL has for statuses. */
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

/** The parameter 'Filters' of an item. Nothing is sent. */
export function readRequestFilter(context: IExecuteFunctions, itemIndex: number): RequestFilter {
  const filters = readFilters(context, itemIndex, requestFilters);
  const requester = asText(filters.requester).trim();
  const text = asText(filters.text).trim();
  const conditions = [
    processCondition(filters),
    statusCondition(filters),
    requesterCondition(requester),
    ...TIMES.map((time) => timeCondition(filters, time, context.getTimezone())),
    readOwnPmql(filters.pmql),
  ].filter((condition) => condition !== undefined);
  return {
    conditions,
    text: text === '' ? undefined : text,
    hasPmql: asText(filters.pmql).trim() !== '',
    requester: requester === '' ? undefined : requester,
  };
}

/** The parameter 'Sort' of an item; the newest first unless told. Nothing is sent. */
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

/** The values of a list of choices; an expression may give a list, one value, or several with commas. */
function listOf(value: unknown): string[] {
  return [value]
    .flat()
    .flatMap((one) => asText(one).split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function processCondition({ processes }: IDataObject): string | undefined {
  const ids = listOf(processes);
  const wrong = ids.find((id) => parseId(id) === undefined);
  if (wrong !== undefined) {
    throw inputError(
      `'Process Names or IDs' holds "${wrong}", which is not the id of a process`,
      'Choose processes from the list, or give their ids, e.g. {{ [12, 15] }}.',
    );
  }
  return ids.length === 0 ? undefined : `process_id IN [${ids.join(',')}]`;
}

function statusCondition({ statuses }: IDataObject): string | undefined {
  const wanted = listOf(statuses).map((status) => status.toUpperCase());
  const wrong = wanted.find((status) => !Object.hasOwn(STATUSES, status));
  if (wrong !== undefined) {
    throw inputError(
      `'Status' holds "${wrong}", which is not the status of a Request`,
      `The statuses are ${Object.keys(STATUSES).join(', ')}.`,
    );
  }
  const conditions = wanted.map((status) => `status = "${STATUSES[status]}"`);
  return conditions.length === 0 ? undefined : conditions.join(' OR ');
}

function requesterCondition(requester: string): string | undefined {
  if (requester === '') return undefined;
  const id = parseId(requester);
  return id === undefined ? `requester = ${pmqlText(requester, 'Requester')}` : `user_id = ${id}`;
}

function timeCondition(
  filters: IDataObject,
  { name, parameter, condition }: (typeof TIMES)[number],
  timezone: string,
): string | undefined {
  const value = filters[name];
  if (value === '' || value === undefined) return undefined;
  return `${condition} ${pmqlTime(value, parameter, timezone)}`;
}
