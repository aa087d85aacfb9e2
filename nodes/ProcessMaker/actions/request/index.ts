import type { INodeProperties } from 'n8n-workflow';

import * as start from './start.operation';

export const operations = { start };

export const description: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['request'] } },
    options: [
      {
        name: 'Start',
        value: 'start',
        action: 'Start request',
        description: 'Start a Request of a process, one for each item',
      },
    ],
    default: 'start',
  },
  ...start.description,
];
