import type { INodeProperties } from 'n8n-workflow';

import { REQUEST_URL_PATTERN } from '../../input/references';

export const requestLocator: INodeProperties = {
  displayName: 'Request',
  name: 'request',
  type: 'resourceLocator',
  default: { mode: 'list', value: '' },
  required: true,
  description: 'The Request, which is a running or ended instance of a process',
  modes: [
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Select a Request...',
      typeOptions: { searchListMethod: 'searchRequests', searchable: true },
    },
    {
      displayName: 'By ID',
      name: 'id',
      type: 'string',
      placeholder: 'e.g. 4711',
      hint: 'The number in the address of its page, which is not its case number',
      validation: [
        { type: 'regex', properties: { regex: '[0-9]+', errorMessage: 'A Request ID is a whole number' } },
      ],
    },
    {
      displayName: 'By Case Number',
      name: 'caseNumber',
      type: 'string',
      placeholder: 'e.g. 42',
      hint: 'The number that ProcessMaker shows as "Case #42". It stands for the Request that the case began with, not for those of its sub-processes.',
      validation: [
        {
          type: 'regex',
          properties: { regex: '#?[0-9]+', errorMessage: 'A case number is a whole number' },
        },
      ],
    },
    {
      displayName: 'By URL',
      name: 'url',
      type: 'string',
      placeholder: 'e.g. https://acme.processmaker.net/requests/4711',
      validation: [
        {
          type: 'regex',
          properties: {
            regex: REQUEST_URL_PATTERN,
            errorMessage: 'Not the address of a Request, e.g. https://acme.processmaker.net/requests/4711',
          },
        },
      ],
    },
  ],
};
