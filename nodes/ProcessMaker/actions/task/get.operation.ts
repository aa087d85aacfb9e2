import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { taskLocator } from '../../descriptions/locators/task';
import { readTaskOutput, taskJson, taskOutputOptions } from '../../descriptions/taskOutput';
import { runItems } from '../../execution/runItems';
import { TaskReader } from '../../api/tasks/taskReader';
import { readTaskId } from '../../input/taskReference';
import type { Operation } from '../operation';

export const get: Operation = {
  value: 'get',
  name: 'Get',
  action: 'Get task',
  description: 'Get a Task as it stands now',
  fields: [
    taskLocator,
    {
      displayName: 'Options',
      name: 'options',
      type: 'collection',
      placeholder: 'Add option',
      default: {},
      options: taskOutputOptions,
    },
  ],
  execute,
};

/** Gets one Task per item. Those of several items are read together. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read(context, itemIndex, connection) {
      const id = readTaskId(context, itemIndex, connection);
      if (!id.ok) return id;
      return { ok: true, value: { id: id.value, ...readTaskOutput(context, itemIndex) } };
    },
    begin(connection, all) {
      const reader = new TaskReader(connection, all);
      return async (wanted) => {
        const task = await reader.get(wanted);
        if (!task.ok) return task;
        return { ok: true, value: [{ json: taskJson(task.value, wanted, connection.instanceUrl) }] };
      };
    },
  });
}
