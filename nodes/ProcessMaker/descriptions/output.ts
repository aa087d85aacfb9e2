import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { withShownData } from '../api/requests/hiddenKey';
import { type ApiRequest, isBeingRetried, simplifyRequest } from '../api/requests/requests';
import { type ApiTask, simplifyTask } from '../api/tasks/tasks';
import { objectsIn } from '../guards';
import { optionsOf, outputJson, outputOptions, readSimplify, switchField } from './common';

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

export type RequestOutput = ReturnType<typeof readRequestOutput>;

/** What of its Request an item asks for. */
export function readRequestOutput(context: IExecuteFunctions, itemIndex: number) {
  const options = context.getNodeParameter('options', itemIndex, {});
  return {
    /** Names that ProcessMaker's `include` knows. */
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

/** The JSON of an item for a Request. */
export function requestJson(found: ApiRequest, output: RequestOutput, instanceUrl: string): IDataObject {
  const shown = withShownData(found);
  // Its status alone would read as if it had come to an end.
  const request = isBeingRetried(found) ? { ...shown, retrying: true as const } : shown;
  const { simplify } = output;
  if (simplify === false) return request;
  const simplified = {
    ...simplifyRequest(request, instanceUrl),
    ...('retrying' in request && { retrying: request.retrying }),
    ...(request.retrying === true && { status: null }),
    ...(output.includes.includes('participants') && {
      participants: objectsIn(request.participants).map(({ id, fullname: name, username, email }) => {
        return { id, name, username, email };
      }),
    }),
    ...(output.includeTasks && {
      tasks: objectsIn(request.active_tasks).map(({ id, element_name: name, status, user_id: userId }) => {
        return { id, name, status, userId };
      }),
    }),
  };
  return simplify === true ? simplified : outputJson(request, simplify, simplified);
}

/** Options on what of a Task is returned, for the collection 'Options' of an operation. */
export const taskOutputOptions: INodeProperties[] = [
  {
    ...includeDataOption,
    description: "Whether to return the data of the Task's Request as the Task sees it, in the field data",
  },
  ...outputOptions,
];

type TaskOutput = ReturnType<typeof readTaskOutput>;

/** What of its Tasks an item asks for. */
export function readTaskOutput(context: IExecuteFunctions, itemIndex: number) {
  const options = context.getNodeParameter('options', itemIndex, {});
  return { includeData: options.includeData === true, simplify: readSimplify(options) };
}

/** The JSON of an item for a Task. */
export function taskJson(task: ApiTask, { simplify }: TaskOutput, instanceUrl: string): IDataObject {
  const shown = withShownData(task);
  return outputJson(shown, simplify, simplifyTask(shown, instanceUrl));
}
