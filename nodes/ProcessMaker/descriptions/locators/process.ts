import type { INodeProperties } from 'n8n-workflow';

import { PROCESS_URL_PATTERN } from '../../input/references';

export const processLocator: INodeProperties = {
  displayName: 'Process',
  name: 'process',
  type: 'resourceLocator',
  default: { mode: 'list', value: '' },
  required: true,
  description:
    'The process to start a Request of. The list shows what the user of the access token may start.',
  modes: [
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Select a process...',
      typeOptions: { searchListMethod: 'searchProcesses', searchable: true },
    },
    {
      displayName: 'By ID',
      name: 'id',
      type: 'string',
      placeholder: 'e.g. 12',
      validation: [
        {
          type: 'regex',
          properties: { regex: '[0-9]+', errorMessage: 'A process ID is a whole number' },
        },
      ],
    },
    {
      displayName: 'By Name',
      name: 'name',
      type: 'string',
      placeholder: 'e.g. Purchase order approval',
      hint: 'The exact name. It stays the same when the workflow moves to another ProcessMaker instance.',
    },
    {
      displayName: 'By URL',
      name: 'url',
      type: 'string',
      placeholder: 'e.g. https://acme.processmaker.net/process-browser/12',
      extractValue: { type: 'regex', regex: PROCESS_URL_PATTERN },
      validation: [
        {
          type: 'regex',
          properties: {
            regex: PROCESS_URL_PATTERN,
            errorMessage:
              'Not the address of a process, e.g. https://acme.processmaker.net/process-browser/12',
          },
        },
      ],
    },
  ],
};

export const startEventLocator: INodeProperties = {
  displayName: 'Start Event',
  name: 'startEvent',
  type: 'resourceLocator',
  // Empty stands for Automatic: n8n empties the field when another process is chosen.
  default: { mode: 'list', value: '' },
  description:
    'Where in the process the Request begins. Automatic takes the one start event that the user of the access token may trigger by hand.',
  typeOptions: { loadOptionsDependsOn: ['process.value'] },
  modes: [
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Automatic',
      typeOptions: { searchListMethod: 'searchStartEvents', searchable: true },
    },
    {
      displayName: 'By ID',
      name: 'id',
      type: 'string',
      placeholder: 'e.g. node_1',
      hint: "The id of the start event in ProcessMaker's designer",
    },
  ],
};
