import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { readFormOfTask } from '../../api/forms/screens';
import { taskLocator } from '../../descriptions/locators/task';
import { runItems } from '../../execution/runItems';
import { readTaskId } from '../../input/references';
import type { Operation } from '../operation';

export const getFormFields: Operation = {
  value: 'getFormFields',
  name: 'Get Form Fields',
  action: 'Get form fields of task',
  description: 'Get the fields of the form that a Task asks a person to fill in',
  fields: [taskLocator],
  execute,
};

/** Gives one item for each field of the form of the Task of each item. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: false,
    read: readTaskId,
    begin: (connection) => async (taskId) => {
      const fields = await readFormOfTask(connection, taskId);
      return fields.map((field) => ({ json: { taskId, ...field } }));
    },
  });
}
