import type { INodeProperties } from 'n8n-workflow';

export const fileLocator: INodeProperties = {
  displayName: 'File',
  name: 'file',
  type: 'resourceLocator',
  default: { mode: 'list', value: '' },
  required: true,
  description: 'The file of the Request',
  typeOptions: { loadOptionsDependsOn: ['request.value'] },
  modes: [
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Select a file...',
      typeOptions: { searchListMethod: 'searchFiles', searchable: true },
    },
    {
      displayName: 'By ID',
      name: 'id',
      type: 'string',
      placeholder: 'e.g. 12',
      hint: 'The fileId that the operations Upload and Get Many give',
      validation: [
        { type: 'regex', properties: { regex: '[0-9]+', errorMessage: 'A file ID is a whole number' } },
      ],
    },
    {
      displayName: 'By Variable',
      name: 'variable',
      type: 'string',
      placeholder: 'e.g. contract',
      hint: 'The variable that the file was uploaded under; its name when it was none',
    },
  ],
};
