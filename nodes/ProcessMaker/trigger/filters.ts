import type { INodeProperties, IPollFunctions } from 'n8n-workflow';

import { readTokenUserId } from '../api/users/users';
import { filtersOf, optionsOf, switchField, textField } from '../fields/common';
import { checkCollection, readOwnPmql, readProcessCondition } from '../fields/filters';
import { simplifyOption } from '../fields/output';
import { asText, parseId } from '../guards';
import type { Connection } from '../transport/connection';
import { inputError } from '../transport/processMakerError';
import { EVENT_TYPES, type EventType } from './eventTypes';
import { OWN_PMQL, type Reading } from './rows';

function shownFor(list: EventType['list']): INodeProperties['displayOptions'] {
  return {
    show: { '/triggerOn': EVENT_TYPES.filter((type) => type.list === list).map(({ value }) => value) },
  };
}

const watchFilters = filtersOf(
  textField(
    'Assignee',
    'assignee',
    'Only Tasks that this user has at the time of the poll: "me" for the user of the access token, or the ID of a user. Tasks that are only offered to that user are left out.',
    { placeholder: 'e.g. me', displayOptions: shownFor('tasks') },
  ),
  switchField(
    'Ignore Requests Started by n8n',
    'ignoreN8n',
    'Whether to leave out Requests that n8n has started, and their Tasks, so that workflows do not start each other in a circle. They are recognized by the hidden key in their data: their sub-processes are not left out.',
  ),
  textField(
    'Request PMQL',
    'requestPmql',
    "A condition in ProcessMaker's query language (PMQL) that Requests have to meet, in addition to the other filters",
    { placeholder: 'e.g. data.amount > 1000', displayOptions: shownFor('requests') },
  ),
  textField(
    'Task Element ID',
    'elementId',
    "Only Tasks of this element: its ID in ProcessMaker's designer, which is the same in every Request",
    { placeholder: 'e.g. node_2', displayOptions: shownFor('tasks') },
  ),
  textField(
    'Task PMQL',
    'taskPmql',
    "A condition in ProcessMaker's query language (PMQL) that Tasks have to meet, in addition to the other filters",
    { placeholder: 'e.g. task = "Approve"', displayOptions: shownFor('tasks') },
  ),
);

export const filterFields: INodeProperties[] = [
  {
    displayName: 'Trigger On',
    name: 'triggerOn',
    type: 'multiOptions',
    required: true,
    options: EVENT_TYPES.map(({ name, value, description }) => ({ name, value, description })).sort((a, b) =>
      a.name.localeCompare(b.name),
    ),
    default: ['requestStarted'],
    description:
      "What starts the workflow. n8n looks for it at the 'Poll Times'. A state that begins and ends between two polls is not seen.",
  },
  {
    displayName: 'Process Names or IDs',
    name: 'processes',
    type: 'multiOptions',
    typeOptions: { loadOptionsMethod: 'getProcesses' },
    default: [],
    description:
      'The processes to watch; all of them when none is chosen. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
  },
  watchFilters,
];

export const outputOptions = optionsOf(
  switchField('Include Data', 'includeData', "Whether to return the Request's data, in the field data"),
  simplifyOption,
  switchField(
    'Start From Now When Activated',
    'startFromNow',
    'Whether to leave out what happened while the workflow was switched off, instead of catching up with it',
  ),
);

export interface Watch {
  eventTypes: EventType[];
  filters: Reading['filters'];
  ignoresN8n: boolean;
  includeData: boolean;
  simplify: boolean;
  startFromNow: boolean;
}

const USER_ADVICE =
  "Enter the id of the user in 'Assignee': it is the number in the address of the user's page.";

/** @throws ProcessMakerError when a parameter is of no use, before any call */
export async function readWatch(context: IPollFunctions, connection: Connection): Promise<Watch> {
  const eventTypes = readEventTypes(context.getNodeParameter('triggerOn'));
  const processes = readProcessCondition(context.getNodeParameter('processes', []));
  const filters = checkCollection(context.getNodeParameter('filters', {}), watchFilters, 'filter');
  const elementId = asText(filters.elementId).trim();
  const assignee = readAssignee(asText(filters.assignee).trim());
  const ownOfRequests = readOwnPmql(filters.requestPmql, OWN_PMQL.requests);
  const ownOfTasks = readOwnPmql(filters.taskPmql, OWN_PMQL.tasks);
  const options = checkCollection(context.getNodeParameter('options', {}), outputOptions, 'option');
  const asksUser = assignee === 'me' && eventTypes.some(({ list }) => list === 'tasks');
  const userId = asksUser ? await readTokenUserId(connection, USER_ADVICE) : assignee;
  // The parameter 'user_id' would also find what is only offered to the user.
  const assigned = userId === undefined ? [] : [`user_id = ${userId}`];
  const element = elementId === '' ? {} : { element_id: elementId };
  return {
    eventTypes,
    filters: {
      requests: { pmql: processes, qs: {}, own: ownOfRequests },
      tasks: { pmql: [...processes, ...assigned], qs: element, own: ownOfTasks },
    },
    ignoresN8n: filters.ignoreN8n === true,
    includeData: options.includeData === true,
    simplify: options.simplify !== false,
    startFromNow: options.startFromNow === true,
  };
}

function readEventTypes(value: unknown): EventType[] {
  const chosen = [value].flat().map(asText);
  const eventTypes = EVENT_TYPES.filter((type) => chosen.includes(type.value));
  const unknown = chosen.find((one) => !eventTypes.some((type) => type.value === one));
  if (unknown === undefined && eventTypes.length > 0) return eventTypes;
  throw inputError(
    unknown === undefined
      ? "No event is chosen in 'Trigger On'"
      : `'Trigger On' holds "${unknown}", which is not a valid option`,
    `Choose at least one of the list. Expressions can give ${EVENT_TYPES.map((type) => type.value).join(', ')}.`,
  );
}

function readAssignee(text: string): number | 'me' | undefined {
  if (text === '') return undefined;
  if (text.toLowerCase() === 'me') return 'me';
  const id = parseId(text);
  if (id !== undefined) return id;
  throw inputError(
    `'Assignee' holds "${text}", which is neither "me" nor the id of a user`,
    'Enter the number in the address of the user\'s page, or "me" for the user of the access token.',
  );
}
