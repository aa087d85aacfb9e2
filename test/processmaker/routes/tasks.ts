import { screenOfElement, screenVariables } from '../forms/store';
import { collection, NO_ROWS, pageOf } from '../http/collection';
import { ApiError, invalidPmql, serverError } from '../http/errors';
import { findProcess } from '../requests/store';
import { completeTask } from '../tasks/complete';
import { taskFor } from '../tasks/access';
import { countOverdue, countTasks, listTasks, taskConditions } from '../tasks/list';
import {
  listIncludes,
  presentCompletedTask,
  presentListedTasks,
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
    // The database refuses the size, and this list says of every such refusal that it is the PMQL's.
    if (/^-\d+$/.test(query.text('per_page'))) throw invalidPmql();
    const page = pageOf(query, NO_ROWS);
    const include = listIncludes(query);
    const tasks = listTasks(instance, conditions, query, page);
    const rows = presentListedTasks(instance, user, tasks, include);
    const response = collection(rows, countTasks(instance, conditions), page, query, url);
    const meta = {
      ...(response['meta'] as JsonObject),
      // This list alone does not tell the text of the search as HTML.
      filter: query.search(),
      in_overdue: countOverdue(instance, tasks),
    };
    return ok({ ...response, meta });
  },
};

const show: Route = {
  method: 'GET',
  path: '/tasks/{id}',
  handle: async ({ instance, user, id, query }) =>
    ok(await presentTask(instance, user, taskFor(instance, id, user), query)),
};

const update: Route = {
  method: 'PUT',
  path: '/tasks/{id}',
  async handle({ instance, user, id, query, data, raw }) {
    const task = taskFor(instance, id, user);
    if (data['status'] === 'COMPLETED') {
      // The server reads the data from the body once more, as JSON whatever the content type says.
      await completeTask(instance, task, /[/+]json/i.test(raw.contentType) ? data['data'] : undefined);
      return ok(await presentCompletedTask(instance, user, taskFor(instance, id, user), query));
    }
    if (!data['user_id']) throw new ApiError(422, { message: '' });
    return ok(presentReassignedTask(instance, reassignTask(instance, task, data['user_id'])));
  },
};

const screenFields: Route = {
  method: 'GET',
  path: '/tasks/{id}/screen_fields',
  async handle({ instance, user, id }) {
    const task = taskFor(instance, id, user);
    const process = findProcess(instance, task.process_id);
    if (process === undefined) throw serverError();
    const { elements } = await instance.definitions.definition(process.bpmn);
    const screen = screenOfElement(instance, elements.get(task.element_id));
    return ok(screen === undefined ? [] : screenVariables(instance, screen).map(({ field }) => field));
  },
};

/** Tasks. */
export const taskRoutes: Route[] = [list, show, update, screenFields];
