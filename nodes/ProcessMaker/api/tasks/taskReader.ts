import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import { listTasks, readTask, type ApiTask } from './tasks';

/** A Task to read, and whether with the data of its Request. */
export interface WantedTask {
  id: number;
  includeData: boolean;
}

/** Tasks in one call. */
const TASKS_IN_CALL = 100;

/** Reads the Tasks of a run, all together in as few calls as can be. */
export class TaskReader {
  private readonly read = new Map<boolean, Promise<Result<Map<number, ApiTask>>>>();

  constructor(
    private readonly connection: Connection,
    private readonly all: WantedTask[],
  ) {}

  async get({ id, includeData }: WantedTask): Promise<Result<ApiTask>> {
    let together = this.read.get(includeData);
    if (!together) {
      together = this.readTogether(includeData);
      this.read.set(includeData, together);
    }
    const found = await together;
    if (!found.ok) return found;
    const task = found.value.get(id);
    // By itself, ProcessMaker says why a Task is not in the list.
    return task
      ? { ok: true, value: task }
      : await readTask(this.connection, id, includeData ? ['data'] : []);
  }

  /** `GET /api/1.0/tasks?pmql=id IN […]` */
  private async readTogether(includeData: boolean): Promise<Result<Map<number, ApiTask>>> {
    const wanted = this.all.filter((one) => one.includeData === includeData);
    const ids = [...new Set(wanted.map(({ id }) => id))];
    const found = new Map<number, ApiTask>();
    for (let from = 0; from < ids.length; from += TASKS_IN_CALL) {
      const pmql = `id IN [${ids.slice(from, from + TASKS_IN_CALL).join(',')}]`;
      const tasks = await listTasks(this.connection, {
        pmql,
        ...(includeData && { include: 'data' }),
      });
      if (!tasks.ok) return tasks;
      for (const task of tasks.value) found.set(task.id, task);
    }
    return { ok: true, value: found };
  }
}
