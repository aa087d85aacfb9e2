import type { INodeProperties } from 'n8n-workflow';

export const userLocator: INodeProperties = {
  displayName: 'User',
  name: 'user',
  type: 'resourceLocator',
  default: { mode: 'list', value: '' },
  required: true,
  description: 'A user of ProcessMaker. Only some users may see the list; any may give an ID.',
  modes: [
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Select a user...',
      typeOptions: { searchListMethod: 'searchUsers', searchable: true },
    },
    {
      displayName: 'By ID',
      name: 'id',
      type: 'string',
      placeholder: 'e.g. 12',
      hint: "The number in the address of the user's profile, such as /profile/12",
      validation: [
        { type: 'regex', properties: { regex: '[0-9]+', errorMessage: 'A user ID is a whole number' } },
      ],
    },
  ],
};
