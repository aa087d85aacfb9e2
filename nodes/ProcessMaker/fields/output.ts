import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { RequestOutput, Simplify, TaskOutput } from '../api/output';
import { asText } from '../guards';
import { inputError } from '../transport/processMakerError';
import { IN_NODE, IN_TOOL, optionsOf, switchField, textField } from './common';

/** n8n's standard option. */
export const simplifyOption: INodeProperties = {
  displayName: 'Simplify',
  name: 'simplify',
  type: 'boolean',
  default: true,
  description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** The same, and what n8n asks for in an AI tool. There it has the same name, so that saved tools keep their output. */
export const outputOptions: INodeProperties[] = [
  { ...simplifyOption, displayOptions: IN_NODE },
  {
    ...simplifyOption,
    displayName: 'Output',
    type: 'options',
    description: 'What to return to the caller of the tool',
    options: [
      { name: 'Simplified', value: true, description: 'The fields that matter most' },
      { name: 'Raw', value: false, description: 'Every field, as ProcessMaker returns it' },
      { name: 'Selected Fields', value: 'selected', description: "Those named in the option 'Fields'" },
    ],
    displayOptions: IN_TOOL,
  },
  textField(
    'Fields',
    'outputFields',
    "The names of the fields to return, separated by commas: those of the simplified and of the raw output. A dot leads into an object. The ID, and what the node adds itself, such as 'timedOut', are returned too.",
    {
      placeholder: 'e.g. status, data.amount',
      displayOptions: { show: { ...IN_TOOL.show, simplify: ['selected'] } },
    },
  ),
];

export const outputCollection = optionsOf(...outputOptions);

/** The option 'Simplify' of an item, or 'Output' of a tool. */
export function readSimplify({ simplify, outputFields }: IDataObject): Simplify {
  if (simplify !== 'selected') return simplify !== false;
  const names = [outputFields].flat().flatMap((one) => asText(one).split(','));
  const given = names.map((name) => name.trim()).filter((name) => name !== '');
  if (given.length > 0) return given;
  throw inputError("The option 'Fields' names no field", "Name one, or choose another 'Output'.");
}

/** n8n's standard fields for how many results an operation gives. */
export const returnAllFields: INodeProperties[] = [
  switchField('Return All', 'returnAll', 'Whether to return all results or only up to a given limit'),
  {
    displayName: 'Limit',
    name: 'limit',
    type: 'number',
    typeOptions: { minValue: 1 },
    default: 50,
    description: 'Max number of results to return',
    displayOptions: { show: { returnAll: [false] } },
  },
];

/** How many results an item asks for at most; undefined for all. */
export function readLimit(context: IExecuteFunctions, itemIndex: number): number | undefined {
  if (context.getNodeParameter('returnAll', itemIndex, false)) return undefined;
  const limit = Number(context.getNodeParameter('limit', itemIndex));
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw inputError("'Limit' is not a whole number above 0", "Enter a number, or switch on 'Return All'.");
}

/** The fields of a list that can be simplified. */
export const listFields = (filters: INodeProperties) => [...returnAllFields, filters, outputCollection];

/** How much of a list an item asks for, and in which form. */
export function readListOutput(context: IExecuteFunctions, itemIndex: number) {
  const simplify = readSimplify(context.getNodeParameter('options', itemIndex, {}));
  return { limit: readLimit(context, itemIndex), simplify };
}

export const includeDataOption = switchField(
  'Include Data',
  'includeData',
  "Whether to return the Request's data as ProcessMaker has stored it, in the field data",
);

/** The collection 'Options' of an operation that returns Requests. */
export const requestOutputCollection = optionsOf(
  includeDataOption,
  switchField(
    'Include Participants',
    'includeParticipants',
    'Whether to return the users who take part in the Request, in the field participants',
  ),
  switchField(
    'Include Tasks',
    'includeTasks',
    "Whether to return all of the Request's open Tasks, in the field tasks",
  ),
  ...outputOptions,
);

/** What of its Request an item asks for. */
export function readRequestOutput(context: IExecuteFunctions, itemIndex: number): RequestOutput {
  const options = context.getNodeParameter('options', itemIndex, {});
  return {
    includes: [
      'process',
      'activeTasks',
      ...(options.includeData === true ? ['data'] : []),
      ...(options.includeParticipants === true ? ['participants'] : []),
    ],
    simplify: readSimplify(options),
    includeTasks: options.includeTasks === true,
  };
}

/** Options on what of a Task is returned, for the collection 'Options' of an operation. */
export const taskOutputOptions: INodeProperties[] = [
  {
    ...includeDataOption,
    description: "Whether to return the data of the Task's Request as the Task sees it, in the field data",
  },
  ...outputOptions,
];

/** What of its Tasks an item asks for. */
export function readTaskOutput(context: IExecuteFunctions, itemIndex: number): TaskOutput {
  const options = context.getNodeParameter('options', itemIndex, {});
  return { includeData: options.includeData === true, simplify: readSimplify(options) };
}
