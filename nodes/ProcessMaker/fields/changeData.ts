import type { INodeProperties } from 'n8n-workflow';

import { DEFINE_BELOW, fieldsToSend, formFields, JSON_OBJECT, jsonData, MAP_FROM_FORM } from './requestData';

const dataMode: INodeProperties = {
  displayName: 'Data',
  name: 'dataMode',
  type: 'options',
  noDataExpression: true,
  default: 'defineBelow',
  description: 'How the data is given',
  options: [DEFINE_BELOW, JSON_OBJECT],
};

/** The ways to give data for a Request that exists. */
export const changeDataFields: INodeProperties[] = [dataMode, fieldsToSend, jsonData];

/** The ways to give the data of a Task. */
export const taskDataFields: INodeProperties[] = [
  {
    ...dataMode,
    options: [
      DEFINE_BELOW,
      { ...MAP_FROM_FORM, description: 'Fill in the fields of the form of the Task' },
      JSON_OBJECT,
    ],
  },
  fieldsToSend,
  ...formFields(
    'getTaskFormFields',
    ['task'],
    'The fields of the form of the Task. Fields without a value keep the value that they have in the Request. Files are not included.',
  ),
  jsonData,
];
