import { outputJson } from '../../api/output';
import {
  aboutTask,
  type ApiTask,
  isApiTask,
  readTask,
  simplifyTask,
  updateTask,
} from '../../api/tasks/tasks';
import { done, makeChange, NOT_SEEN, type Seen } from '../../execution/change';
import { TaskReader } from '../../execution/readers';
import { taskLocator, userLocator } from '../../fields/locators';
import { outputCollection, readSimplify } from '../../fields/output';
import { readTaskId, readUserId } from '../../fields/references';
import { asText, isObject } from '../../guards';
import type { Connection } from '../../transport/connection';
import { inputError, type ProcessMakerError, unexpectedResponse } from '../../transport/processMakerError';
import { operation } from '../operation';
import { takeTask } from './takeTask';

export const reassign = operation({
  value: 'reassign',
  name: 'Reassign',
  action: 'Reassign task',
  description: 'Give an open Task to another user',
  fields: [
    taskLocator,
    {
      ...userLocator,
      description: 'The user to give the Task to. Only the list needs the permission to view users.',
    },
    outputCollection,
  ],
  changes: true,
  read(context, itemIndex, connection) {
    const id = readTaskId(context, itemIndex, connection);
    const userId = readUserId(context, itemIndex);
    takeTask(connection, id, itemIndex);
    return { id, userId, simplify: readSimplify(context.getNodeParameter('options', itemIndex, {})) };
  },
  begin(connection, all) {
    const reader = new TaskReader(connection, all);
    return async ({ id, userId, simplify }, { isDone }) => {
      const before = await reader.get({ id });
      const task = isDone ? before : await reassignTask(connection, before, userId);
      return [{ json: outputJson(task, simplify, simplifyTask(task, connection.instanceUrl)) }];
    };
  },
});

/** ProcessMaker responds with 200 also when it leaves the Task with its user, and with 500 for an unknown user. */
async function reassignTask(connection: Connection, before: ApiTask, userId: number) {
  const { id } = before;
  if (before.status === 'CLOSED') {
    throw inputError(
      `Task ${id} is already completed, so it cannot be reassigned`,
      'Only a Task in progress can be given to another user.',
    );
  }
  if (before.user_id === userId) return before;
  try {
    return await makeChange(connection, {
      send: async () => await sendReassignment(connection, before, userId),
      look: async (error) => await lookAtTask(connection, id, userId, error),
    });
  } catch (error) {
    throw aboutTask(error, id);
  }
}

const NOT_REASSIGNMENT = 'The response is not that of ProcessMaker to the reassignment of a Task';

async function sendReassignment(connection: Connection, before: ApiTask, userId: number): Promise<ApiTask> {
  const response = await updateTask(connection, before.id, { user_id: userId });
  if (!isApiTask(response)) throw unexpectedResponse(NOT_REASSIGNMENT, 'unknown');
  const after = { ...before, ...response };
  if (after.user_id !== userId) throw notChanged(after, userId);
  return after;
}

/** What became of a call whose response was lost is seen on the Task. */
async function lookAtTask(
  connection: Connection,
  id: number,
  userId: number,
  error: ProcessMakerError,
): Promise<Seen<ApiTask>> {
  const task = await readTask(connection, id);
  if (task.user_id === userId) return done(task);
  if (error.kind !== 'serverError') return NOT_SEEN;
  const unknown = error.with({
    message: `ProcessMaker responded with HTTP status 500 when Task ${id} was to be given to user ${userId}`,
    description: `Most often there is no user ${userId}: check 'User'. The Task still had the same user when it was looked at last: look there before you repeat it.`,
  });
  return { state: 'notSeen', error: unknown };
}

function notChanged({ id, user_id: userId, user }: ApiTask, wantedId: number): ProcessMakerError {
  const name = isObject(user) && user.id === userId ? `${asText(user.fullname)} (${asText(userId)})` : '';
  const who = name || (userId === null ? 'nobody' : `user ${asText(userId)}`);
  return inputError(
    `ProcessMaker accepted the call, but did not give Task ${id} to user ${wantedId}: it is still assigned to ${who}`,
    "Some editions of ProcessMaker cannot reassign Tasks, and the Task's element can forbid it ('Allow Reassignment' in the designer). Try it on the Task's page in ProcessMaker, or ask an administrator.",
  ).with({ kind: 'invalid' });
}
