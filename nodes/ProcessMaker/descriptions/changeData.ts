import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { fieldsToSend, jsonData, taskFormFields } from './requestData';

const DEFINE_BELOW: INodePropertyOptions = {
  name: 'Define Below',
  value: 'defineBelow',
  description: 'Name each field of the data and give its value',
};
const MAP_FROM_FORM: INodePropertyOptions = {
  name: 'Map From Form',
  value: 'mapFromForm',
  description: 'Fill in the fields of the form of the Task',
};
const JSON_OBJECT: INodePropertyOptions = {
  name: 'JSON',
  value: 'json',
  description: 'Write the data as a JSON object',
};

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
  { ...dataMode, options: [DEFINE_BELOW, MAP_FROM_FORM, JSON_OBJECT] },
  fieldsToSend,
  ...taskFormFields,
  jsonData,
];
