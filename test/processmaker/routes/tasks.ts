import { collection, pageOf } from '../http/collection';
import { ApiError } from '../http/errors';
import { completeTask } from '../tasks/complete';
import { taskFor } from '../tasks/access';
import { countTasks, listTasks, taskConditions } from '../tasks/list';
import {
  presentCompletedTask,
  presentListedTask,
  presentReassignedTask,
  presentTask,
} from '../tasks/present';
import { reassignTask } from '../tasks/reassign';
import type { JsonObject } from '../types';
import { ok, type Route } from './route';

const list: Route = {
  method: 'GET',
  path: '/tasks',
  handle({ instance, user, url, query }) {
    const conditions = taskConditions(instance, user, query);
    const { total, overdue } = countTasks(instance, conditions);
    const page = pageOf(query);
    const rows = listTasks(instance, conditions, query, page).map((task) =>
      presentListedTask(instance, task, query),
    );
    const answer = collection(rows, total, page, query, url);
    return ok({ ...answer, meta: { ...(answer['meta'] as JsonObject), in_overdue: overdue } });
  },
};

const show: Route = {
  method: 'GET',
  path: '/tasks/{id}',
  handle: async ({ instance, user, id, query }) =>
    ok(await presentTask(instance, taskFor(instance, id, user), query)),
};

const update: Route = {
  method: 'PUT',
  path: '/tasks/{id}',
  async handle({ instance, user, id, data, raw }) {
    const task = taskFor(instance, id, user);
    if (data['status'] === 'COMPLETED') {
      // The server reads the data from the body once more, as JSON whatever the content type says.
      await completeTask(instance, task, /[/+]json/i.test(raw.contentType) ? data['data'] : undefined);
      return ok(presentCompletedTask(instance, taskFor(instance, id, user)));
    }
    if (!data['user_id']) throw new ApiError(422, { message: '' });
    return ok(presentReassignedTask(instance, reassignTask(instance, task, data['user_id'])));
  },
};

/** Tasks. */
export const taskRoutes: Route[] = [list, show, update];
