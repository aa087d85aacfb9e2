import type { Connection } from '../transport/connection';
import type { Result } from '../transport/failure';
import { objectsIn } from '../guards';
import type { ApiRequest } from '../api/requests/simplifyRequest';
import { isApiTask, listTasks, type ApiTask } from '../api/tasks/tasks';

/** Tasks in one call. */
const TASKS_IN_CALL = 100;

/** The open Tasks of Requests, each read until a list has shown it. */
export class OpenTasks {
  private readonly listed = new Map<number, ApiTask>();

  /**
   * Completes what Requests show of their Tasks: `GET /api/1.0/tasks?pmql=id IN […]`, 100 in one call. Lists do not show
   * the Tasks of other users; of those, only what their Request shows is known: id, name, status and user.
   *
   * @param requests with their `active_tasks`
   * @returns by the id of the Request, the oldest Task first
   */
  async read(connection: Connection, requests: ApiRequest[]): Promise<Result<Map<number, ApiTask[]>>> {
    const shown = new Map(requests.map((request) => [request.id, tasksOf(request)]));
    const fresh = [...shown.values()].flat().filter(({ id }) => !this.listed.has(id));
    for (let from = 0; from < fresh.length; from += TASKS_IN_CALL) {
      const piece = fresh.slice(from, from + TASKS_IN_CALL);
      const pmql = `id IN [${piece.map(({ id }) => id).join(',')}]`;
      const listed = await listTasks(connection, { pmql });
      if (!listed.ok) return listed;
      // A new Task may be missing here a moment longer than in its Request, without which its element is not known.
      for (const task of listed.value) this.listed.set(task.id, task);
    }
    const completed = [...shown].map(
      ([id, tasks]) => [id, tasks.map((task) => this.listed.get(task.id) ?? task)] as const,
    );
    return { ok: true, value: new Map(completed) };
  }
}

/** The open Tasks of a Request as it shows them itself, whoever has them. */
function tasksOf(request: ApiRequest): ApiTask[] {
  return objectsIn(request.active_tasks)
    .filter(isApiTask)
    .map((task) => ({ ...task, process_request_id: request.id, process_request: request }))
    .sort((a, b) => a.id - b.id);
}
