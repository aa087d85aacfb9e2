import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { DEFAULT_VARIABLE, DEFAULT_WAIT_SECONDS, MAX_WAIT_SECONDS } from '../input/waitParameters';

const WAYS: INodePropertyOptions[] = [
  {
    name: 'Request to Finish',
    value: 'finish',
    description: 'Go on when the Request has ended, and return it with its data',
  },
  {
    name: 'Task to Appear',
    value: 'task',
    description: 'Go on when a Task of the Request, or of a sub-process of it, is open, and return the Task',
  },
  {
    name: 'Callback',
    value: 'callback',
    description: 'Sleep, for weeks if need be, until the process calls a URL that it finds in its data',
  },
];

const waitFor: INodeProperties = {
  displayName: 'Wait For',
  name: 'waitFor',
  type: 'options',
  noDataExpression: true,
  default: 'finish',
  description: 'What to wait for before the workflow goes on',
  options: WAYS,
};

const fieldsOfWays: INodeProperties[] = [
  {
    displayName: 'Task Name or Element ID',
    name: 'taskElement',
    type: 'string',
    default: '',
    placeholder: 'e.g. Approve purchase order',
    description:
      'The Task to wait for, by its name, or by the ID of its element in the process of the Request itself. When it is empty, any open Task will do.',
    displayOptions: { show: { waitFor: ['task'] } },
  },
  {
    displayName: 'Variable for the URL',
    name: 'callbackVariable',
    type: 'string',
    default: DEFAULT_VARIABLE,
    required: true,
    placeholder: 'e.g. n8n_resume_url',
    description:
      "The variable of the Request that receives the URL which the process has to call with POST. Forms do not show one that begins with an underscore. What the process sends is returned in the field 'callback'.",
    displayOptions: { show: { waitFor: ['callback'] } },
  },
  {
    displayName: 'Limit Wait Time',
    name: 'limitWaitTime',
    type: 'boolean',
    default: false,
    description:
      "Whether to go on without a call after some time. The Request is then returned as it was when the waiting began, with 'timedOut' set to true.",
    displayOptions: { show: { waitFor: ['callback'] } },
  },
  {
    displayName: 'Amount',
    name: 'resumeAmount',
    type: 'number',
    typeOptions: { minValue: 0, numberPrecision: 2 },
    default: 1,
    description: 'How long to wait for the call at most',
    displayOptions: { show: { waitFor: ['callback'], limitWaitTime: [true] } },
  },
  {
    displayName: 'Unit',
    name: 'resumeUnit',
    type: 'options',
    default: 'days',
    description: "The unit of 'Amount'",
    options: [
      { name: 'Seconds', value: 'seconds' },
      { name: 'Minutes', value: 'minutes' },
      { name: 'Hours', value: 'hours' },
      { name: 'Days', value: 'days' },
    ],
    displayOptions: { show: { waitFor: ['callback'], limitWaitTime: [true] } },
  },
];

/** The parameter 'Wait For' and what belongs to it, for an operation that always waits. */
export const waitFields: INodeProperties[] = [waitFor, ...fieldsOfWays];

/** The same for an operation that can do without waiting. */
export const waitAfterwardsFields: INodeProperties[] = [
  {
    ...waitFor,
    default: 'nothing',
    options: [
      { name: 'Nothing', value: 'nothing', description: 'Go on when the Request is started' },
      ...WAYS,
    ],
  },
  ...fieldsOfWays,
];

/** Only these ways of waiting keep the execution running, so that they end by themselves. */
const WHILE_RUNNING = { show: { '/waitFor': ['finish', 'task'] } };

export const timeLimitOption: INodeProperties = {
  displayName: 'Wait Time Limit',
  name: 'timeLimit',
  type: 'number',
  typeOptions: { minValue: 1, maxValue: MAX_WAIT_SECONDS },
  default: DEFAULT_WAIT_SECONDS,
  description: "How many seconds to wait at most. To wait for more than an hour, choose 'Callback'.",
  displayOptions: WHILE_RUNNING,
};

export const onTimeoutOption: INodeProperties = {
  displayName: 'On Timeout',
  name: 'onTimeout',
  type: 'options',
  default: 'error',
  description: "What to do with an item that is still waiting when the 'Wait Time Limit' is reached",
  options: [
    { name: 'Throw Error', value: 'error', description: 'Name the Request in the message' },
    {
      name: 'Return Request',
      value: 'return',
      description: 'Return the Request as it is, with timedOut set to true',
    },
  ],
  displayOptions: WHILE_RUNNING,
};
