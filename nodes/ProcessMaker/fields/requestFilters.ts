import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { filterText, type ListOrder, pmqlText, pmqlTime } from '../api/lists';
import type { RequestFilter } from '../api/requests/requestSearch';
import { asText, isObject, parseId } from '../guards';
import { inputError } from '../transport/processMakerError';
import { filtersOf, textField } from './common';
import { readChoices, readFilters, readOwnPmql, readProcessCondition } from './filters';

function timeFilter(displayName: string, name: string, what: string): INodeProperties {
  return {
    displayName,
    name,
    type: 'dateTime',
    default: '',
    description: `Only Requests that were ${what}. A time without a time zone is in that of the workflow.`,
  };
}

export const requestFilters = filtersOf(
  textField(
    'PMQL',
    'pmql',
    "Your own condition in ProcessMaker's query language, in addition to the other filters. Dates need a time zone, as in 2026-11-24T07:00:00Z.",
    { placeholder: 'e.g. data.amount > 1000 AND data.customer.name = "Ann"' },
  ),
  {
    displayName: 'Process Names or IDs',
    name: 'processes',
    type: 'multiOptions',
    default: [],
    typeOptions: { loadOptionsMethod: 'getProcesses' },
    description:
      'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
  },
  textField(
    'Requester',
    'requester',
    'Only Requests that this user has started: the user name, or the ID as a number',
    { placeholder: 'e.g. ann.smith' },
  ),
  timeFilter('Started After', 'startedAfter', 'started at this time or later'),
  timeFilter('Started Before', 'startedBefore', 'started before this time'),
  {
    displayName: 'Status',
    name: 'statuses',
    type: 'multiOptions',
    default: [],
    description: 'Only Requests in one of these statuses',
    options: [
      { name: 'Active', value: 'ACTIVE' },
      { name: 'Canceled', value: 'CANCELED' },
      { name: 'Completed', value: 'COMPLETED' },
      { name: 'Error', value: 'ERROR' },
    ],
  },
  textField(
    'Text',
    'text',
    'Only Requests that contain this text in their name, status or data, in upper or lower case. The names of fields in the data and the profile of the requester are searched too.',
    { placeholder: 'e.g. A-4711' },
  ),
  timeFilter('Updated After', 'updatedAfter', 'last changed at this time or later'),
  timeFilter('Updated Before', 'updatedBefore', 'last changed before this time'),
);

/** What Requests can be sorted by, as the API names it. */
const SORT_FIELDS = [
  { name: 'Case Number', value: 'case_number' },
  { name: 'Completed At', value: 'completed_at' },
  { name: 'ID', value: 'id' },
  { name: 'Process Name', value: 'name' },
  { name: 'Started At', value: 'initiated_at' },
  { name: 'Status', value: 'status' },
  { name: 'Updated At', value: 'updated_at' },
];

export const requestSort: INodeProperties = {
  displayName: 'Sort',
  name: 'sort',
  type: 'fixedCollection',
  placeholder: 'Add sort',
  default: {},
  description: 'The order of the Requests. Without it the newest come first.',
  options: [
    {
      displayName: 'By',
      name: 'by',
      values: [
        {
          displayName: 'Field',
          name: 'field',
          type: 'options',
          default: 'id',
          description:
            'The field to sort by. ID always works. ProcessMaker may refuse the others if Requests have very much data.',
          options: SORT_FIELDS,
        },
        {
          displayName: 'Direction',
          name: 'direction',
          type: 'options',
          default: 'desc',
          description: 'Whether the lowest or the highest value comes first',
          options: [
            { name: 'Ascending', value: 'asc' },
            { name: 'Descending', value: 'desc' },
          ],
        },
      ],
    },
  ],
};

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
