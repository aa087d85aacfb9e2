import type { INodeProperties } from 'n8n-workflow';

import { filtersOf, optionsOf, simplifyOption } from '../descriptions/common';
import { EVENT_TYPES, type EventType } from './eventTypes';

function shownFor(list: EventType['list']): INodeProperties['displayOptions'] {
  return {
    show: { '/triggerOn': EVENT_TYPES.filter((type) => type.list === list).map(({ value }) => value) },
  };
}

/** n8n writes its own name in lower case, also in titles. */
const IGNORE_N8N = 'Ignore Requests Started by n8n';

/** What Requests and Tasks have to meet besides; read by `readWatch`. */
export const watchFilters = filtersOf(
  {
    displayName: 'Assignee',
    name: 'assignee',
    type: 'string',
    placeholder: 'e.g. me',
    default: '',
    displayOptions: shownFor('tasks'),
    description:
      'Only Tasks that this user has at the time of the poll: "me" for the user of the access token, or the ID of a user. Tasks that are only offered to that user are left out.',
  },
  {
    displayName: IGNORE_N8N,
    name: 'ignoreN8n',
    type: 'boolean',
    default: false,
    description:
      "Whether to leave out Requests that n8n has started, and their Tasks, so that workflows do not start each other in a circle. They are recognized by the hidden key in their data: those started with the option 'Hidden Key' switched off, and their sub-processes, are not left out.",
  },
  {
    displayName: 'Request PMQL',
    name: 'requestPmql',
    type: 'string',
    placeholder: 'e.g. data.amount > 1000',
    default: '',
    displayOptions: shownFor('requests'),
    description:
      "A condition in ProcessMaker's query language (PMQL) that Requests have to meet, beside the other filters",
  },
  {
    displayName: 'Task Element ID',
    name: 'elementId',
    type: 'string',
    placeholder: 'e.g. node_2',
    default: '',
    displayOptions: shownFor('tasks'),
    description:
      "Only Tasks of this element: its ID in ProcessMaker's designer, which is the same in every Request",
  },
  {
    displayName: 'Task PMQL',
    name: 'taskPmql',
    type: 'string',
    placeholder: 'e.g. task = "Approve"',
    default: '',
    displayOptions: shownFor('tasks'),
    description:
      "A condition in ProcessMaker's query language (PMQL) that Tasks have to meet, beside the other filters",
  },
);

/** What the trigger watches; read by `readWatch`. */
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
      "What starts the workflow. n8n looks for it at the 'Poll Times': a state that comes and goes in between is not seen.",
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

/** What of an event is returned, and where the trigger begins; read by `readWatch`. */
export const outputOptions = optionsOf(
  {
    displayName: 'Include Data',
    name: 'includeData',
    type: 'boolean',
    default: false,
    description: "Whether to return the Request's data, in the field data",
  },
  simplifyOption,
  {
    displayName: 'Start From Now When Activated',
    name: 'startFromNow',
    type: 'boolean',
    default: false,
    description:
      'Whether to leave out what happened while the workflow was switched off, instead of catching up with it',
  },
);
