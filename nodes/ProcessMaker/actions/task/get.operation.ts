import { taskJson } from '../../api/output';
import { TaskReader } from '../../execution/readers';
import { optionsOf } from '../../fields/common';
import { taskLocator } from '../../fields/locators';
import { readTaskOutput, taskOutputOptions } from '../../fields/output';
import { readTaskId } from '../../fields/references';
import { operation } from '../operation';

/** Gets one Task per item. Those of several items are read together. */
export const get = operation({
  value: 'get',
  name: 'Get',
  action: 'Get task',
  description: 'Get a Task as it is now',
  fields: [taskLocator, optionsOf(...taskOutputOptions)],
  changes: false,
  read: (context, itemIndex, connection) => ({
    id: readTaskId(context, itemIndex, connection),
    ...readTaskOutput(context, itemIndex),
  }),
  begin(connection, all) {
    const reader = new TaskReader(connection, all);
    return async (wanted) => {
      const task = await reader.get(wanted);
      return [{ json: taskJson(task, wanted, connection.instanceUrl) }];
    };
  },
});
