import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { chosenFromList, IN_NODE, switchField, textField } from './common';
import { fromList, locator, mode, TASKS_LISTED } from './locators';
import { DEFAULT_VARIABLE, DEFAULT_WAIT_SECONDS, MAX_WAIT_SECONDS, SLEEPS } from './waitParameters';

const WAYS: INodePropertyOptions[] = [
  {
    name: 'Request to Finish',
    value: 'finish',
    description: 'Go on when the Request has ended, and return it with its data',
  },
  {
    name: 'Request to Finish, Sleeping',
    value: 'requestEnded',
    description:
      "Needs a second workflow with 'Wake Waiting Workflow': without it, this one sleeps for ever. Sleep, for weeks if need be, until the Request has ended, and return it with its data.",
    displayOptions: IN_NODE,
  },
  {
    name: 'Task to Appear',
    value: 'task',
    description: 'Go on when a Task of the Request, or of a sub-process of it, is open, and return the Task',
  },
  {
    name: 'Callback',
    value: 'callback',
    description:
      'Sleep, for weeks if need be, until a script of the process calls a URL that it finds in its data',
    displayOptions: IN_NODE,
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

const WHILE_ASLEEP = { show: { waitFor: [...SLEEPS] } };
const WHEN_LIMITED = { show: { ...WHILE_ASLEEP.show, limitWaitTime: [true] } };

export const amountField: INodeProperties = {
  displayName: 'Amount',
  name: 'resumeAmount',
  type: 'number',
  typeOptions: { minValue: 0 },
  default: 1,
  description: 'How long to wait for the call at most',
};

/** The unit of a time that is entered beside it. */
export const unitField: INodeProperties = {
  displayName: 'Unit',
  name: 'resumeUnit',
  type: 'options',
  default: 'days',
  description: 'The unit of the number above',
  options: [
    { name: 'Seconds', value: 'seconds' },
    { name: 'Minutes', value: 'minutes' },
    { name: 'Hours', value: 'hours' },
    { name: 'Days', value: 'days' },
  ],
};

/** What has to be there so that a node which sleeps until its Request has ended is woken. */
export const sleepingNotice: INodeProperties = {
  displayName:
    "Something has to wake this workflow: a second workflow with 'Wake Waiting Workflow', such as the example 'wake-waiting-workflows'. Publish it in this n8n once for each ProcessMaker instance, with the credential of a user who sees these Requests. Without it, this workflow sleeps on when the Request has ended.",
  name: 'sleepingNotice',
  type: 'notice',
  default: '',
};

const taskElementLocator = locator(
  {
    displayName: 'Task Name or Element ID',
    name: 'taskElement',
    description:
      'The Task to wait for, by its name, or by the ID of its element in the process of the Request itself. When it is empty, any open Task will do.',
    typeOptions: { loadOptionsDependsOn: [chosenFromList('process')] },
  },
  mode('string', 'By Name or ID', 'name', 'e.g. Approve purchase order'),
  fromList('searchTaskElements', 'Any open Task', TASKS_LISTED),
);

const fieldsOfWays: INodeProperties[] = [
  { ...sleepingNotice, displayOptions: { show: { waitFor: ['requestEnded'] } } },
  { ...taskElementLocator, displayOptions: { show: { waitFor: ['task'] } } },
  textField(
    'Variable for the URL',
    'callbackVariable',
    "The variable of the Request that receives the URL which wakes this execution when it is called with POST. Forms do not show one that begins with an underscore. With 'Callback', what the process sends is returned in the field 'callback'. The callback body is not verified: others can read the URL, too.",
    {
      default: DEFAULT_VARIABLE,
      required: true,
      placeholder: 'e.g. n8n_resume_url',
      displayOptions: WHILE_ASLEEP,
    },
  ),
  switchField(
    'Limit Wait Time',
    'limitWaitTime',
    "Whether to go on without a call after some time. The Request is then returned as it was when the waiting began, with 'timedOut' set to true.",
    { displayOptions: WHILE_ASLEEP },
  ),
  { ...amountField, displayOptions: WHEN_LIMITED },
  { ...unitField, displayOptions: WHEN_LIMITED },
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
  description:
    "How many seconds to wait at most. To wait for more than an hour, choose 'Request to Finish, Sleeping' or 'Callback'.",
  displayOptions: WHILE_RUNNING,
};

export const waitOptions: INodeProperties[] = [
  switchField(
    'Decide by Request Data',
    'decideByRequestData',
    "Whether to leave out what was sent with the call, which others could have sent, too, and to go on only with a Request that could be read at the call, so that the workflow decides by the Request's data",
    { displayOptions: { show: { '/waitFor': ['callback'] } } },
  ),
  timeLimitOption,
  {
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
  },
];

/** The Request, where the panel holds its ID: n8n knows nothing of the run here, and an expression may need it. */
const REQUEST =
  "(() => { try { const id = $parameter.operation === 'wait' && $parameter.request; return /^\\d+$/.test(id) ? `Request ${id}` : 'the Request' } catch { return 'the Request' } })()";

const WAITED_FOR = `($parameter.operation === 'sendAndWait' ? 'until a person has decided in ProcessMaker' : $parameter.waitFor === 'requestEnded' ? 'until ' + ${REQUEST} + ' has ended' : \`until the process calls the URL in the variable '\${$parameter.callbackVariable}' of its Request\`)`;

const AT_MOST =
  "($parameter.limitWaitTime ? `, for ${$parameter.resumeAmount} ${$parameter.resumeUnit} at most` : '')";

const WHO_WAKES =
  "($parameter.operation === 'sendAndWait' || $parameter.waitFor === 'requestEnded' ? \". Only a second workflow, with 'Wake Waiting Workflow', can wake this one\" : '')";

/** What the panel says while the execution sleeps. */
export const WAITING_TOOLTIP = `={{ 'Waiting ' + ${WAITED_FOR} + ${AT_MOST} + ${WHO_WAKES} }}`;
