import { readFormOfTask } from '../../api/forms/screens';
import { taskLocator } from '../../fields/locators';
import { readTaskId } from '../../fields/references';
import { operation } from '../operation';

export const getFormFields = operation({
  value: 'getFormFields',
  name: 'Get Form Fields',
  action: 'Get form fields of task',
  description: 'Get the fields of the form that a Task asks a person to fill in',
  fields: [taskLocator],
  changes: false,
  read: readTaskId,
  begin: (connection) => async (taskId) => {
    const fields = await readFormOfTask(connection, taskId);
    return fields.map((field) => ({ json: { taskId, ...field } }));
  },
});
