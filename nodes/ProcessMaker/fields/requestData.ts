import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { chosenFromList, IN_NODE, IN_TOOL, textField } from './common';
import { ADDITIONAL_FIELDS, FORM_FIELDS } from './formData';

/** The fields of a form, for 'Map From Form' in `dataMode`. @param dependsOn the locators that say whose form it is */
export function formFields(
  resourceMapperMethod: string,
  dependsOn: string[],
  description: string,
): INodeProperties[] {
  return [
    {
      ...FORM_FIELDS,
      type: 'resourceMapper',
      noDataExpression: true,
      default: {
        mappingMode: 'defineBelow',
        value: null,
        matchingColumns: [],
        schema: [],
        attemptToConvertTypes: true,
        convertFieldsToString: true,
      },
      description: `${description} A list of choices is given as text: a, b. A list of rows is given as JSON: [{"column": "value"}]. A date without a time zone is in that of the workflow, else of n8n. When the ID, the URL or an expression above changes, the fields and their values stay. Refresh the list of fields in this parameter's menu.`,
      typeOptions: {
        // When one of these changes, n8n drops all values.
        loadOptionsDependsOn: [...dependsOn.map(chosenFromList), 'authentication'],
        resourceMapper: {
          resourceMapperMethod,
          mode: 'add',
          valuesLabel: FORM_FIELDS.displayName,
          fieldWords: { singular: 'field', plural: 'fields' },
          supportAutoMap: true,
          showTypeConversionOptions: true,
          // The method says itself why there is none.
          hideNoDataError: true,
        },
      },
      displayOptions: { show: { dataMode: ['mapFromForm'] } },
    },
    {
      ...ADDITIONAL_FIELDS,
      type: 'assignmentCollection',
      default: {},
      description:
        'Fields of the data that no form shows. A dot in a name makes an object: customer.name, and a number in brackets a list: lines[0].price.',
      displayOptions: { show: { dataMode: ['mapFromForm'] } },
    },
  ];
}

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

export const DEFINE_BELOW: INodePropertyOptions = {
  name: 'Define Below',
  value: 'defineBelow',
  description: 'Name each field of the data and give its value',
};
export const JSON_OBJECT: INodePropertyOptions = {
  name: 'JSON',
  value: 'json',
  description: 'Write the data as a JSON object',
};

/**
 * What n8n's editor writes when a person lets the model fill in a field. Of the type `json`, n8n would refuse text and an
 * empty object before the node is called, and would give a caller no type at all.
 */
const MODEL_DATA =
  "={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('Request_Data__JSON_', `The data of the new Request: a JSON object, as text. Its keys are the variables of the process. An empty object is a Request without data.`, 'string') }}";

const MAP_AUTOMATICALLY: INodePropertyOptions = {
  name: 'Map Automatically',
  value: 'autoMapInputData',
  description: "The fields of each item become the Request's data",
};
const FILLED_BY_MODEL: INodePropertyOptions = {
  name: 'Filled by the Model',
  value: 'fromModel',
  description: 'The model writes the data as a JSON object',
};
export const MAP_FROM_FORM: INodePropertyOptions = {
  name: 'Map From Form',
  value: 'mapFromForm',
  description: "Fill in the fields of the process's form",
};

const dataMode: INodeProperties = {
  displayName: 'Request Data',
  name: 'dataMode',
  type: 'options',
  noDataExpression: true,
  default: 'autoMapInputData',
  description:
    'How the data of the Request is given. n8n drops what was entered for one way when you choose another one.',
  options: [MAP_AUTOMATICALLY, DEFINE_BELOW, MAP_FROM_FORM, JSON_OBJECT],
  displayOptions: IN_NODE,
};

/** A tool has no item whose fields could be the data. */
const toolDataMode: INodeProperties = {
  ...dataMode,
  default: FILLED_BY_MODEL.value,
  options: [FILLED_BY_MODEL, DEFINE_BELOW, MAP_FROM_FORM, JSON_OBJECT],
  displayOptions: IN_TOOL,
};

const toolJsonData: INodeProperties = {
  ...jsonData,
  displayName: 'Request Data (JSON)',
  description:
    'The data of the new Request as a JSON object. Its keys are the variables of the process, such as {"orderId": 12}.',
  displayOptions: { show: { ...IN_TOOL.show, dataMode: ['json'] } },
};

const modelData: INodeProperties = {
  ...toolJsonData,
  type: 'string',
  default: MODEL_DATA,
  description:
    'The data of the new Request: a JSON object, as text, such as {"orderId": 12}. Its keys are the variables of the process. {} is a Request without data.',
  displayOptions: { show: { ...IN_TOOL.show, dataMode: ['fromModel'] } },
};

/** The ways to give the data of a new Request. */
export const requestDataFields: INodeProperties[] = [
  dataMode,
  toolDataMode,
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
  textField('Fields to Include', 'includeFields', 'The names of the fields to send, separated by commas', {
    required: true,
    requiresDataPath: 'multiple',
    placeholder: 'e.g. orderId, amount',
    displayOptions: { show: { dataMode: ['autoMapInputData'], include: ['selected'] } },
  }),
  textField(
    'Fields to Exclude',
    'excludeFields',
    'The names of the fields not to send, separated by commas',
    {
      required: true,
      requiresDataPath: 'multiple',
      placeholder: 'e.g. internalNote',
      displayOptions: { show: { dataMode: ['autoMapInputData'], include: ['except'] } },
    },
  ),
  fieldsToSend,
  {
    displayName:
      "The fields of the form at the start are shown. A process that has its first form at a Task shows none: add its fields under 'Add field', or choose 'Define Below' in 'Request Data'.",
    name: 'startFormNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { dataMode: ['mapFromForm'] } },
  },
  ...formFields(
    'getFormFields',
    ['process', 'startEvent'],
    'The fields of the form that people start the process with, and under "Add field" those of its later forms. Without any form, the fields that the latest Requests of the process hold. Files are not included.',
  ),
  { ...jsonData, displayOptions: { ...jsonData.displayOptions, ...IN_NODE } },
  toolJsonData,
  modelData,
];
