import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { taskLocator } from '../../../descriptions/locators/task';
import { userLocator } from '../../../descriptions/locators/user';
import { simplifyOption } from '../../../descriptions/simplify';
import { OnePerTask } from '../onePerTask';
import { reassignTask } from './reassignTask';
import { runItems } from '../../../execution/runItems';
import { simplifyTask } from '../../../api/tasks/simplifyTask';
import { TaskReader } from '../../../api/tasks/taskReader';
import { readTaskId } from '../../../input/taskReference';
import { readUserId } from '../../../input/userReference';
import type { Operation } from '../../operation';

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
    {
      displayName: 'Options',
      name: 'options',
      type: 'collection',
      placeholder: 'Add option',
      default: {},
      options: [simplifyOption],
    },
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
      if (!id.ok) return id;
      const userId = readUserId(context, itemIndex);
      if (!userId.ok) return userId;
      const taken = once.take(id.value, itemIndex);
      if (!taken.ok) return taken;
      const simplify = context.getNodeParameter('options', itemIndex, {}).simplify !== false;
      return { ok: true, value: { id: id.value, userId: userId.value, simplify } };
    },
    begin(connection, all) {
      const reader = new TaskReader(
        connection,
        all.map(({ id }) => ({ id, includeData: false })),
      );
      return async ({ id, userId, simplify }, { isDone }) => {
        const before = await reader.get({ id, includeData: false });
        if (!before.ok) return before;
        const after = isDone ? before : await reassignTask(connection, before.value, userId);
        if (!after.ok) return after;
        const json = simplify ? simplifyTask(after.value, connection.instanceUrl) : after.value;
        return { ok: true, value: [{ json }] };
      };
    },
  });
}
