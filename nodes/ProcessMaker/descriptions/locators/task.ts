import type { INodeProperties } from 'n8n-workflow';

import { TASK_URL_PATTERN } from '../../input/references';

export const taskLocator: INodeProperties = {
  displayName: 'Task',
  name: 'task',
  type: 'resourceLocator',
  default: { mode: 'list', value: '' },
  required: true,
  description: 'The Task, which is one step of a Request that a person does. The list shows the open ones.',
  modes: [
    {
      displayName: 'From List',
      name: 'list',
      type: 'list',
      placeholder: 'Select a Task...',
      typeOptions: { searchListMethod: 'searchTasks', searchable: true },
    },
    {
      displayName: 'By ID',
      name: 'id',
      type: 'string',
      placeholder: 'e.g. 4711',
      hint: 'The number in the address of its page. A started Request gives it as activeTask.id.',
      validation: [
        { type: 'regex', properties: { regex: '[0-9]+', errorMessage: 'A Task ID is a whole number' } },
      ],
    },
    {
      displayName: 'By URL',
      name: 'url',
      type: 'string',
      placeholder: 'e.g. https://acme.processmaker.net/tasks/4711/edit',
      validation: [
        {
          type: 'regex',
          properties: {
            regex: TASK_URL_PATTERN,
            errorMessage: 'Not the address of a Task, e.g. https://acme.processmaker.net/tasks/4711/edit',
          },
        },
      ],
    },
  ],
};
