import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

import { chosenFromList } from './common';
import { CASE_NUMBER, PROCESS_URL, REQUEST_URL, TASK_URL } from './references';

type Fields = Pick<INodeProperties, 'displayName' | 'name' | 'required' | 'description' | 'typeOptions'>;

/** A resource locator that is empty at first, in the first of its modes. */
export function locator(
  { displayName, name, ...others }: Fields,
  first: INodePropertyMode,
  ...modes: INodePropertyMode[]
): INodeProperties {
  return {
    displayName,
    name,
    type: 'resourceLocator',
    default: { mode: first.name, value: '' },
    ...others,
    modes: [first, ...modes],
  };
}

/** A way to say which thing is meant: a choice from a list, or a text. */
export function mode(
  type: INodePropertyMode['type'],
  displayName: string,
  name: string,
  placeholder: string,
  hint?: string,
): INodePropertyMode {
  return { displayName, name, type, placeholder, ...(hint && { hint }) };
}

/** @param searchListMethod the name of the method that lists the things to choose from */
export function fromList(searchListMethod: string, placeholder: string, hint?: string): INodePropertyMode {
  return {
    ...mode('list', 'From List', 'list', placeholder, hint),
    typeOptions: { searchListMethod, searchable: true },
  };
}

/** @param thing what the ID belongs to, for the message about one that is no whole number */
export function byId(thing: string, placeholder: string, hint?: string): INodePropertyMode {
  return {
    ...mode('string', 'By ID', 'id', placeholder, hint),
    ...matching('[0-9]+', `A ${thing} ID is a whole number`),
  };
}

/** The ID of an element in ProcessMaker's designer, which may be any text. */
export function byElementId(placeholder: string, hint: string): INodePropertyMode {
  return mode('string', 'By ID', 'id', placeholder, hint);
}

/** By the address of a page. @param path that of an example, below the address of the instance */
export function byUrl(
  regex: string,
  thing: string,
  path: string,
  others: Pick<INodePropertyMode, 'extractValue'> = {},
): INodePropertyMode {
  const example = `e.g. https://acme.processmaker.net${path}`;
  return {
    ...mode('string', 'By URL', 'url', example),
    ...others,
    ...matching(regex, `Not the address of a ${thing}, ${example}`),
  };
}

/** What the text of a mode has to be. */
export function matching(regex: string, errorMessage: string): Pick<INodePropertyMode, 'validation'> {
  return { validation: [{ type: 'regex', properties: { regex, errorMessage } }] };
}

export const processLocator = locator(
  {
    displayName: 'Process',
    name: 'process',
    required: true,
    description:
      'The process to start a Request of. The list shows what the user of the access token may start.',
  },
  fromList('searchProcesses', 'Select a process...'),
  byId('process', 'e.g. 12'),
  mode(
    'string',
    'By Name',
    'name',
    'e.g. Purchase order approval',
    'The exact name. It stays the same when the workflow moves to another ProcessMaker instance.',
  ),
  // The list of start events needs the id.
  byUrl(PROCESS_URL, 'process', '/process-browser/12', {
    extractValue: { type: 'regex', regex: PROCESS_URL },
  }),
);

/** Empty means Automatic: n8n empties the field when another process is chosen from the list. */
export const startEventLocator = locator(
  {
    displayName: 'Start Event',
    name: 'startEvent',
    description:
      'Where in the process the Request begins. Automatic uses the start event that the user of the access token may trigger by hand, if there is only one. If you change the process by ID, name, URL or an expression, this value does not change, so check it.',
    typeOptions: { loadOptionsDependsOn: [chosenFromList('process')] },
  },
  fromList('searchStartEvents', 'Automatic'),
  byElementId('e.g. node_1', "The id of the start event in ProcessMaker's designer"),
);

export const requestLocator = locator(
  {
    displayName: 'Request',
    name: 'request',
    required: true,
    description: 'The Request, which is a running or ended instance of a process. Its ID is a whole number.',
  },
  fromList('searchRequests', 'Select a Request...'),
  byId('Request', 'e.g. 4711', 'The number in the address of its page, which is not its case number'),
  {
    ...mode(
      'string',
      'By Case Number',
      'caseNumber',
      'e.g. 42',
      'The number that ProcessMaker shows as "Case #42". It means the Request that the case began with, not those of its sub-processes.',
    ),
    ...matching(CASE_NUMBER, 'A case number is a whole number'),
  },
  byUrl(REQUEST_URL, 'Request', '/requests/4711'),
);

export const taskLocator = locator(
  {
    displayName: 'Task',
    name: 'task',
    required: true,
    description:
      'The Task, which is one step of a Request that a person does. Its ID is a whole number, and not that of its Request. The list shows the open ones.',
  },
  fromList('searchTasks', 'Select a Task...'),
  byId(
    'Task',
    'e.g. 4711',
    'The number in the address of its page. A started Request gives it as activeTask.id.',
  ),
  byUrl(TASK_URL, 'Task', '/tasks/4711/edit'),
);

export const userLocator = locator(
  {
    displayName: 'User',
    name: 'user',
    required: true,
    description: 'A user of ProcessMaker. Only the list needs the permission to view users.',
  },
  fromList('searchUsers', 'Select a user...'),
  byId('user', 'e.g. 12', "The number in the address of the user's profile, such as /profile/12"),
);

export const fileLocator = locator(
  {
    displayName: 'File',
    name: 'file',
    required: true,
    description: 'The file of the Request. Its ID is the fileId that Get Many of File gives.',
    typeOptions: { loadOptionsDependsOn: [chosenFromList('request')] },
  },
  fromList('searchFiles', 'Select a file...'),
  byId('file', 'e.g. 12', 'The fileId that the operations Upload and Get Many give'),
  mode(
    'string',
    'By Variable',
    'variable',
    'e.g. contract',
    'The variable of the file. A file that was uploaded without a variable has its name as the variable.',
  ),
);

/** What the list of the Tasks of a process shows to whom. */
export const TASKS_LISTED =
  "Those of the process, for a token that may view processes. Others see those that it has had so far: enter the ID of the Task, as in ProcessMaker's designer.";

export const waitingEventLocator = locator(
  {
    displayName: 'Event',
    name: 'event',
    required: true,
    description:
      'The intermediate event of the process at which the Request waits. ProcessMaker stores data at message events, and drops it at signals and timers.',
    typeOptions: { loadOptionsDependsOn: [chosenFromList('request')] },
  },
  byElementId('e.g. node_4', "The id of the event in ProcessMaker's designer"),
  fromList(
    'searchWaitingEvents',
    'Select an event...',
    'Those at which the Request waits, for administrators. A token that may view processes sees all events of its process.',
  ),
);
