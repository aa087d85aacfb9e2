import type { INodeProperties } from 'n8n-workflow';

import { processFormFields } from './formData';

/** The fields of data as a list, for the mode 'Define Below' of a parameter `dataMode`. */
export const fieldsToSend: INodeProperties = {
  displayName: 'Fields to Send',
  name: 'fields',
  type: 'assignmentCollection',
  default: {},
  description:
    'The fields of the data. A dot in a name makes an object: customer.name, and a number in brackets a list: lines[0].price.',
  displayOptions: { show: { dataMode: ['defineBelow'] } },
};

/** Data as JSON, for the mode 'JSON' of a parameter `dataMode`. */
export const jsonData: INodeProperties = {
  displayName: 'JSON',
  name: 'jsonData',
  type: 'json',
  default: '{}',
  required: true,
  typeOptions: { rows: 6 },
  description: 'The data as a JSON object, as text or from an expression',
  displayOptions: { show: { dataMode: ['json'] } },
};

/** The ways to give the data of a Request. */
export const requestDataFields: INodeProperties[] = [
  {
    displayName: 'Request Data',
    name: 'dataMode',
    type: 'options',
    noDataExpression: true,
    default: 'autoMapInputData',
    description: 'How the data of the Request is given',
    options: [
      {
        name: 'Map Automatically',
        value: 'autoMapInputData',
        description: "The fields of each item become the Request's data",
      },
      {
        name: 'Define Below',
        value: 'defineBelow',
        description: 'Name each field of the data and give its value',
      },
      {
        name: 'Map From Form',
        value: 'mapFromForm',
        description: "Fill in the fields of the process's form",
      },
      {
        name: 'JSON',
        value: 'json',
        description: 'Write the data as a JSON object',
      },
    ],
  },
  {
    displayName: 'Include',
    name: 'include',
    type: 'options',
    noDataExpression: true,
    default: 'all',
    description: 'Which fields of the item to send',
    displayOptions: { show: { dataMode: ['autoMapInputData'] } },
    options: [
      { name: 'All Fields', value: 'all', description: 'Send every field of the item' },
      {
        name: 'All Fields Except',
        value: 'except',
        description: 'Send every field but the ones that you name',
      },
      { name: 'Selected Fields', value: 'selected', description: 'Send only the fields that you name' },
    ],
  },
  {
    displayName: 'Fields to Include',
    name: 'includeFields',
    type: 'string',
    default: '',
    required: true,
    requiresDataPath: 'multiple',
    placeholder: 'e.g. orderId, amount',
    description: 'The names of the fields to send, separated by commas',
    displayOptions: { show: { dataMode: ['autoMapInputData'], include: ['selected'] } },
  },
  {
    displayName: 'Fields to Exclude',
    name: 'excludeFields',
    type: 'string',
    default: '',
    required: true,
    requiresDataPath: 'multiple',
    placeholder: 'e.g. internalNote',
    description: 'The names of the fields not to send, separated by commas',
    displayOptions: { show: { dataMode: ['autoMapInputData'], include: ['except'] } },
  },
  fieldsToSend,
  ...processFormFields,
  jsonData,
];
