import { simplifyTask } from '../../../api/tasks/tasks';
import { optionsOf, readSimplify, simplifyOption } from '../../../descriptions/common';
import { taskLocator, userLocator } from '../../../descriptions/locators';
import { TaskReader } from '../../../execution/readers';
import { readTaskId, readUserId } from '../../../input/references';
import { operation } from '../../operation';
import { takeTask } from '../takeTask';
import { reassignTask } from './reassignTask';

/** Reassigns one Task per item, and gives it as it is then. */
export const reassign = operation({
  value: 'reassign',
  name: 'Reassign',
  action: 'Reassign task',
  description: 'Give an open Task to another user',
  fields: [
    taskLocator,
    {
      ...userLocator,
      description: 'The user who is to get the Task. Only some users may see the list; any may give an ID.',
    },
    optionsOf(simplifyOption),
  ],
  changes: true,
  read(context, itemIndex, connection) {
    const id = readTaskId(context, itemIndex, connection);
    const userId = readUserId(context, itemIndex);
    takeTask(connection, id, itemIndex);
    return { id, userId, simplify: readSimplify(context, itemIndex) };
  },
  begin(connection, all) {
    const reader = new TaskReader(connection, all);
    return async ({ id, userId, simplify }, { isDone }) => {
      const before = await reader.get({ id });
      const task = isDone ? before : await reassignTask(connection, before, userId);
      return [{ json: simplify ? simplifyTask(task, connection.instanceUrl) : task }];
    };
  },
});
