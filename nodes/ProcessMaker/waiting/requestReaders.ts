import { type ApiRequest, readByIds, readUnlisted } from '../api/requests/requests';
import { type ApiTask, isApiTask, readTasksByIds } from '../api/tasks/tasks';
import { BatchReader } from '../execution/readers';
import { objectsIn } from '../guards';
import { type Connection, pauseFor } from '../transport/connection';
import { explained, ProcessMakerError } from '../transport/processMakerError';
import { RetryBudget } from '../transport/connection';

/** A poll is short, since the next one comes soon; the last one may take a little longer than the time that is left. */
const MAX_POLL_SECONDS = 30;
const MIN_POLL_SECONDS = 5;

/** The result of a long wait is worth repeating its reading for a while. */
const RESULT_RETRY_SECONDS = 60;
const RESULT_TIMEOUT_SECONDS = 30;

/** A Request as a poll finds it. */
export interface PolledRequest {
  request: ApiRequest;
  /** Where a Task is waited for: the open ones, the oldest first. */
  tasks: ApiTask[];
}

/** Reads, poll by poll, how far Requests have come. */
export class StateReader {
  private readonly listedTasks = new Map<number, ApiTask>();

  /** Requests for which ProcessMaker has failed. */
  private readonly failedIds = new Set<number>();

  constructor(private readonly connection: Connection) {}

  /**
   * Reads `GET /api/1.0/requests?pmql=id IN […]&include=activeTasks`, 100 Requests in one call, and the Tasks of those
   * that are ACTIVE. Nothing is repeated: the next poll does so.
   *
   * @param idsWithTasks the Requests in which a Task is waited for
   * @param left how much time is left, in milliseconds
   * @returns each Request, or why it could not be read, by id
   */
  async read(
    ids: number[],
    idsWithTasks: ReadonlySet<number>,
    left: number,
  ): Promise<Map<number, PolledRequest | ProcessMakerError>> {
    const timeoutSeconds = Math.min(MAX_POLL_SECONDS, Math.max(MIN_POLL_SECONDS, left / 1000));
    const connection = { ...this.connection, retries: new RetryBudget(0), timeoutSeconds };
    const states = await this.readRequests(connection, ids);
    const active = [...states.values()].flatMap((state) =>
      !(state instanceof ProcessMakerError) && state.status === 'ACTIVE' && idsWithTasks.has(state.id)
        ? [state]
        : [],
    );
    const tasks = await this.readTasks(connection, active);
    const polled = [...states].map(([id, state]) => {
      const found = tasks.get(id) ?? [];
      if (state instanceof ProcessMakerError) return [id, state] as const;
      return [id, found instanceof ProcessMakerError ? found : { request: state, tasks: found }] as const;
    });
    return new Map(polled);
  }

  private async readRequests(
    connection: Connection,
    ids: number[],
  ): Promise<Map<number, ApiRequest | ProcessMakerError>> {
    const states = await readByIds(connection, ids, ['activeTasks']);
    const missing = ids.filter((id) => !states.has(id));
    // Those for which ProcessMaker has failed must not keep the others from being read.
    missing.sort((a, b) => Number(this.failedIds.has(a)) - Number(this.failedIds.has(b)));
    let unavailable: ProcessMakerError | undefined;
    for (const id of missing) {
      // By itself, ProcessMaker says why a Request is not in the list.
      const state = unavailable ?? (await orError(readUnlisted(connection, id, ['activeTasks'])));
      if (!unavailable && state instanceof ProcessMakerError && state.isTransient) {
        unavailable = state;
        this.failedIds.add(id);
      }
      states.set(id, state);
    }
    return states;
  }

  /**
   * Completes what Requests show of their Tasks: `GET /api/1.0/tasks?pmql=id IN […]`, each until a list has shown it.
   * Lists do not show the Tasks of other users; of those, only what their Request shows is known: id, name, status, user.
   */
  private async readTasks(
    connection: Connection,
    requests: ApiRequest[],
  ): Promise<Map<number, ApiTask[] | ProcessMakerError>> {
    const shown = new Map(requests.map((request) => [request.id, openTasksOf(request)]));
    const ids = [...shown.values()].flat().flatMap(({ id }) => (this.listedTasks.has(id) ? [] : [id]));
    const read = await readTasksByIds(connection, ids, []);
    for (const [id, task] of read) {
      if (!(task instanceof ProcessMakerError)) this.listedTasks.set(id, task);
    }
    const tasks = [...shown].map(([requestId, open]) => {
      const error = open.map(({ id }) => read.get(id)).find((one) => one instanceof ProcessMakerError);
      // A new Task may be in its Request a moment before it is in the list, which alone tells its element.
      return [requestId, error ?? open.map((task) => this.listedTasks.get(task.id) ?? task)] as const;
    });
    return new Map(tasks);
  }
}

/** The open Tasks of a Request as it shows them itself, whoever has them. */
function openTasksOf(request: ApiRequest): ApiTask[] {
  return objectsIn(request.active_tasks)
    .filter(isApiTask)
    .map((task) => ({ ...task, process_request_id: request.id, process_request: request }))
    .sort((a, b) => a.id - b.id);
}

async function orError<T>(reading: Promise<T>): Promise<T | ProcessMakerError> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ProcessMakerError) return error;
    throw explained(error);
  }
}

/** Reads Requests that are asked for at the same moment in one call: `GET /api/1.0/requests?pmql=id IN […]`. */
export class ResultReader {
  private readonly open = new Map<string, { ids: Set<number>; reader: BatchReader<number, ApiRequest> }>();

  constructor(private readonly connection: Connection) {}

  /** @param includes names that ProcessMaker's `include` knows */
  async get(id: number, includes: string[]): Promise<ApiRequest> {
    const key = includes.join(',');
    const batch = this.open.get(key) ?? this.newBatch(key, includes);
    batch.ids.add(id);
    return await batch.reader.get(id);
  }

  private newBatch(key: string, includes: string[]) {
    const ids = new Set<number>();
    // The retries of the run itself may have been used up by the wait.
    const retries = new RetryBudget(RESULT_RETRY_SECONDS * 1000);
    const connection = { ...this.connection, retries, timeoutSeconds: RESULT_TIMEOUT_SECONDS };
    const readAll = async () => {
      // The others come in meanwhile.
      await pauseFor(connection, 0);
      this.open.delete(key);
      return await readByIds(connection, [...ids], includes);
    };
    const reader = new BatchReader(ids, readAll, async (id) => await readUnlisted(connection, id, includes));
    const batch = { ids, reader };
    this.open.set(key, batch);
    return batch;
  }
}
