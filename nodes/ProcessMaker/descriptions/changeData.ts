import type { INodeProperties } from 'n8n-workflow';

import { fieldsToSend, jsonData } from './requestData';

/** The ways to give data for a Request that exists. */
export const changeDataFields: INodeProperties[] = [
  {
    displayName: 'Data',
    name: 'dataMode',
    type: 'options',
    noDataExpression: true,
    default: 'defineBelow',
    description: 'How the data is given',
    options: [
      {
        name: 'Define Below',
        value: 'defineBelow',
        description: 'Name each field of the data and give its value',
      },
      { name: 'JSON', value: 'json', description: 'Write the data as a JSON object' },
    ],
  },
  fieldsToSend,
  jsonData,
];
