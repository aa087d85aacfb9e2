import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { withShownData } from '../api/shownData';
import { simplifyTask } from '../api/tasks/simplifyTask';
import type { ApiTask } from '../api/tasks/tasks';
import { simplifyOption } from './simplify';

/** Options on what of a Task is returned, for the collection 'Options' of an operation. */
export const taskOutputOptions: INodeProperties[] = [
  {
    displayName: 'Include Data',
    name: 'includeData',
    type: 'boolean',
    default: false,
    description: "Whether to return the data of the Task's Request as the Task sees it, in the field data",
  },
  simplifyOption,
];

export interface TaskOutput {
  includeData: boolean;
  simplify: boolean;
}

/** What of its Tasks an item asks for. Nothing is sent. */
export function readTaskOutput(context: IExecuteFunctions, itemIndex: number): TaskOutput {
  const options = context.getNodeParameter('options', itemIndex, {});
  return { includeData: options.includeData === true, simplify: options.simplify !== false };
}

/** The JSON of an item for a Task. */
export function taskJson(task: ApiTask, { simplify }: TaskOutput, instanceUrl: string): IDataObject {
  const shown = withShownData(task);
  return simplify ? simplifyTask(shown, instanceUrl) : shown;
}
