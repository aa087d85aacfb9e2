import { PROCESS_URL_PATTERN } from '../../input/references';
import { byElementId, byId, byUrl, fromList, locator, mode } from './locator';

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
  byUrl(PROCESS_URL_PATTERN, 'process', '/process-browser/12', {
    extractValue: { type: 'regex', regex: PROCESS_URL_PATTERN },
  }),
);

/** Empty stands for Automatic: n8n empties the field when another process is chosen. */
export const startEventLocator = locator(
  {
    displayName: 'Start Event',
    name: 'startEvent',
    description:
      'Where in the process the Request begins. Automatic takes the one start event that the user of the access token may trigger by hand.',
    typeOptions: { loadOptionsDependsOn: ['process.value'] },
  },
  fromList('searchStartEvents', 'Automatic'),
  byElementId('e.g. node_1', "The id of the start event in ProcessMaker's designer"),
);
