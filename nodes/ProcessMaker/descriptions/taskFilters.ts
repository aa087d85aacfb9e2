import type { INodeProperties } from 'n8n-workflow';

import { filtersOf, switchField, textField } from './common';
import { processLocator, requestLocator, userLocator } from './locators';

export const assignedToFields: INodeProperties[] = [
  {
    displayName: 'Assigned To',
    name: 'assignedTo',
    type: 'options',
    noDataExpression: true,
    default: 'anyone',
    description:
      "Whose Tasks to get. A user's Tasks are also those that are offered to this user and not yet taken. Those of others are only shown to a user with the permission view-all_requests, and to administrators.",
    options: [
      {
        name: 'Anyone',
        value: 'anyone',
        description: 'Every Task that the user of the access token may see',
      },
      { name: 'Me', value: 'me', description: 'The user of the access token' },
      { name: 'User', value: 'user', description: 'A user that you choose' },
    ],
  },
  { ...userLocator, displayOptions: { show: { assignedTo: ['user'] } } },
];

/** Which Tasks to get. All filters that are given have to fit. */
export const taskFilters = filtersOf(
  textField(
    'Element ID',
    'elementId',
    "The ID of the Task's element in ProcessMaker's designer, which is the same in every Request",
    { placeholder: 'e.g. node_2' },
  ),
  switchField('Overdue', 'overdue', 'Whether to get only open Tasks whose due date has passed', {
    default: true,
  }),
  textField(
    'PMQL',
    'pmql',
    "Your own condition in ProcessMaker's query language. It knows, among others, task, status, due, completed, created, updated_at, case_number, request and data.field. Dates need a time zone, as in 2026-11-24T07:00:00Z.",
    { placeholder: 'e.g. data.amount > 1000' },
  ),
  { ...processLocator, required: false, description: 'Only Tasks of this process' },
  {
    ...requestLocator,
    required: false,
    description:
      'Only Tasks of this Request. For those of the sub-processes of its case too, use PMQL: case_number = 42.',
  },
  {
    displayName: 'Status',
    name: 'status',
    type: 'options',
    default: 'ACTIVE',
    description: 'Whether the Tasks are still to be done',
    options: [
      { name: 'Completed', value: 'CLOSED' },
      { name: 'In Progress', value: 'ACTIVE' },
    ],
  },
  textField(
    'Text',
    'text',
    "Text to look for in the Task's name, its process and the data of its Request, in upper or lower case. The names of fields in the data and the profile of the requester are searched too.",
    { placeholder: 'e.g. invoice' },
  ),
);
