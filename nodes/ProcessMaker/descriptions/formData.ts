import type { INodeProperties } from 'n8n-workflow';

import { ADDITIONAL_FIELDS, FORM_FIELDS } from '../input/formData';

/**
 * The fields of a form, for the mode 'Map From Form' of a parameter `dataMode`.
 *
 * @param method the name of the method that tells the fields
 * @param dependsOn the locators that say whose form it is
 */
function formFields(method: string, dependsOn: string[], description: string): INodeProperties {
  return {
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
    description,
    typeOptions: {
      loadOptionsDependsOn: [...dependsOn.map((name) => `${name}.value`), 'authentication'],
      resourceMapper: {
        resourceMapperMethod: method,
        mode: 'add',
        valuesLabel: 'Values to Send',
        fieldWords: { singular: 'field', plural: 'fields' },
        supportAutoMap: true,
        showTypeConversionOptions: true,
        refreshStaleSchemaOnOpen: true,
        // The method says itself why there is none.
        hideNoDataError: true,
      },
    },
    displayOptions: { show: { dataMode: ['mapFromForm'] } },
  };
}

const additionalFields: INodeProperties = {
  ...ADDITIONAL_FIELDS,
  type: 'assignmentCollection',
  default: {},
  description:
    'Fields of the data that no form shows. A dot in a name makes an object: customer.name, and a number in brackets a list: lines[0].price.',
  displayOptions: { show: { dataMode: ['mapFromForm'] } },
};

/** The fields of the chosen process, and others. */
export const processFormFields: INodeProperties[] = [
  formFields(
    'getFormFields',
    ['process', 'startEvent'],
    'The fields of the form that people start the process with, and under "Add field" those of its later forms. Without a form, the fields that the latest Requests of the process hold. Files are not among them.',
  ),
  additionalFields,
];

/** The fields of the form of the chosen Task, and others. */
export const taskFormFields: INodeProperties[] = [
  formFields(
    'getTaskFormFields',
    ['task'],
    'The fields of the form of the Task. Those without a value keep the one that the Request has. Files are not among them.',
  ),
  additionalFields,
];
