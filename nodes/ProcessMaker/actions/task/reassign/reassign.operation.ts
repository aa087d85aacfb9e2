import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { simplifyTask } from '../../../api/tasks/tasks';
import { optionsOf, readSimplify, simplifyOption } from '../../../descriptions/common';
import { taskLocator } from '../../../descriptions/locators/task';
import { userLocator } from '../../../descriptions/locators/user';
import { TaskReader } from '../../../execution/readers';
import { runItems } from '../../../execution/runItems';
import { readTaskId, readUserId } from '../../../input/references';
import type { Operation } from '../../operation';
import { OnePerTask } from '../onePerTask';
import { reassignTask } from './reassignTask';

export const reassign: Operation = {
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
  execute,
};

/** Reassigns one Task per item, and gives it as it is then. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  const once = new OnePerTask();
  return await runItems(this, {
    changes: true,
    read(context, itemIndex, connection) {
      const id = readTaskId(context, itemIndex, connection);
      const userId = readUserId(context, itemIndex);
      once.take(id, itemIndex);
      return { id, userId, simplify: readSimplify(context, itemIndex) };
    },
    begin(connection, all) {
      const reader = new TaskReader(
        connection,
        all.map(({ id }) => ({ id, includeData: false })),
      );
      return async ({ id, userId, simplify }, { isDone }) => {
        const before = await reader.get({ id, includeData: false });
        const task = isDone ? before : await reassignTask(connection, before, userId);
        return [{ json: simplify ? simplifyTask(task, connection.instanceUrl) : task }];
      };
    },
  });
}
