import type { IExecuteFunctions } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import type { Result } from '../transport/failure';
import { readId, type LocatorKind } from './locators';

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
  connection: Connection,
): Result<number> {
  return toTaskId(context.getNodeParameter('task', itemIndex), connection);
}

/** The id of the Task that a locator gives by list, id or URL. Nothing is sent. */
export function toTaskId(locator: unknown, { instanceUrl }: Connection): Result<number> {
  return readId(locator, instanceUrl, TASK);
}
