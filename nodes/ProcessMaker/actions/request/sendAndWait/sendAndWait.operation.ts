import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { decisionJson } from '../../../callback/decision';
import { runItems } from '../../../execution/runItems';
import { chosenFromList, IN_TOOL, optionsOf, switchField, textField } from '../../../fields/common';
import { ADDITIONAL_FIELDS } from '../../../fields/formData';
import {
  byElementId,
  fromList,
  locator,
  processLocator,
  startEventLocator,
  TASKS_LISTED,
  userLocator,
} from '../../../fields/locators';
import { isGate } from '../../../fields/parameters';
import { amountField, sleepingNotice, unitField } from '../../../fields/waitFields';
import { asText, isObject } from '../../../guards';
import { connect } from '../../../transport/connection';
import { DEFAULT_EXTRA_MINUTES, OWN_MESSAGE } from './readReview';
import { reviewOperation } from './review';

const decisionTaskLocator = locator(
  {
    displayName: 'Decision Task',
    name: 'decisionTask',
    required: true,
    description: 'The Task of the process in which a person decides. It has to be done exactly once.',
    typeOptions: { loadOptionsDependsOn: [chosenFromList('process')] },
  },
  fromList('searchTaskElements', 'Select a Task...', TASKS_LISTED),
  byElementId('e.g. decide', "The ID of the Task in ProcessMaker's designer"),
);

export const sendAndWait = {
  value: 'sendAndWait',
  name: 'Send and Wait for Response',
  action: 'Send and wait for response',
  description:
    'Start a Request in which a person decides, and sleep until then. Handles the first item. Also reviews the tool calls of an AI agent.',
  fields: [
    sleepingNotice,
    processLocator,
    startEventLocator,
    textField('Message', 'message', "What the person is asked. It is sent in the variable 'message'.", {
      required: true,
      typeOptions: { rows: 3 },
    }),
    {
      displayName: `Replace the Message: the AI model can write what stands in $tool.name and $tool.parameters. While it is as n8n has filled it in, '${OWN_MESSAGE}' is sent. The form shows the tool and its parameters by itself.`,
      name: 'messageNotice',
      type: 'notice',
      default: '',
      displayOptions: IN_TOOL,
    },
    decisionTaskLocator,
    textField('Decision Field', 'decisionField', 'The variable that the form of the Task sets', {
      default: 'decision',
    }),
    textField('Yes Values', 'yesValues', 'What approves: values separated by commas', {
      default: 'approved',
    }),
    textField('No Values', 'noValues', 'What refuses: values separated by commas', { default: 'refused' }),
    textField('Comment Field', 'commentField', 'The variable for a remark; empty for none', {
      default: 'comment',
    }),
    {
      ...userLocator,
      displayName: 'Assign To',
      name: 'assignTo',
      required: false,
      description:
        "The user who is to decide. The ID is sent in the variable 'assignTo', for a process that uses it.",
    },
    {
      ...amountField,
      displayName: 'Time Limit',
      description:
        "How long the person has. It is sent in the variable 'timeLimit', such as PT86400S, for a timer of the process that ends it as refused.",
    },
    unitField,
    {
      ...ADDITIONAL_FIELDS,
      type: 'assignmentCollection',
      default: {},
      description: 'What else is sent, for the form to show or the process to use',
    },
    optionsOf(
      switchField(
        'Allow Own Approval',
        'allowOwnApproval',
        'Whether the user of the access token, who starts the Request, may decide in it',
      ),
      {
        displayName: 'Extra Time in n8n',
        name: 'extraMinutes',
        type: 'number',
        typeOptions: { minValue: 0 },
        default: DEFAULT_EXTRA_MINUTES,
        description:
          'How many minutes after the Time Limit n8n goes on, as refused, where the process has not ended by itself',
      },
    ),
  ] satisfies INodeProperties[],
  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
    const items = runItems(this, reviewOperation(this));
    // n8n hands any other item to the model as a refusal by the person, without a reason.
    const isTold = isGate(this) && this.getNode().onError !== 'stopWorkflow';
    if (!isTold) return await items;
    const tell = async (result: unknown) => await toRefusal(this, result);
    return await items.then(tell, tell);
  },
};

/** A review that could not be asked for, or not be waited for, as a refusal with its reason. */
async function toRefusal(context: IExecuteFunctions, result: unknown): Promise<INodeExecutionData[]> {
  const items = Array.isArray(result) ? (result as INodeExecutionData[]) : undefined;
  const error: unknown = items ? items[0]?.json.error : result;
  if (!isObject(error)) return items ?? [];
  // What n8n throws has it in its context.
  const details: IDataObject = { ...(isObject(error.context) ? error.context : {}), ...error };
  const requestId = typeof details.requestId === 'number' ? details.requestId : null;
  // Where there is a Request, the credential was read before.
  const connection = requestId === null ? { instanceUrl: '' } : await connect(context);
  const chatInput = `No person has decided: ${asText(error.message)}`;
  const json = decisionJson(connection, requestId, { approved: false, chatInput });
  return [{ json: { ...json, timedOut: false }, pairedItem: { item: 0 } }];
}
