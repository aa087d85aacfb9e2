import type { INodeProperties } from 'n8n-workflow';

import { ADDITIONAL_FIELDS, FORM_FIELDS } from '../helpers/formData';

/** The fields of the process's form, for the mode 'Map From Form' of a parameter `dataMode`. */
export const formDataFields: INodeProperties[] = [
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
    description:
      'The fields of the form that people start the process with, and under "Add field" those of its later forms. Without a form, the fields that the latest Requests of the process hold. Files are not among them.',
    typeOptions: {
      loadOptionsDependsOn: ['process.value', 'authentication'],
      resourceMapper: {
        resourceMapperMethod: 'getFormFields',
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
