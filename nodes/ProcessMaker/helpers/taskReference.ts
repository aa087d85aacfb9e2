import type { IExecuteFunctions } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import type { Result } from '../transport/failure';
import { readId, type LocatorKind } from './locatorValue';

/** The page of a Task, and its address in the API. */
export const TASK_URL_PATTERN = 'https?://.+/tasks/([0-9]+)(?:[/?#].*)?';

const TASK: LocatorKind = {
  parameter: 'Task',
  thing: 'Task',
  urlPattern: TASK_URL_PATTERN,
  examplePath: '/tasks/4711/edit',
};

/** The id in the parameter 'Task' of an item. Nothing is sent. */
export function readTaskId(
  context: IExecuteFunctions,
  itemIndex: number,
  { instanceUrl }: Connection,
): Result<number> {
  return readId(context.getNodeParameter('task', itemIndex), instanceUrl, TASK);
}
