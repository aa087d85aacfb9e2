import type { Batch } from '../api/lists';
import { withRetrying } from '../api/requests/failure';
import { type ApiRequest, isUnderWay, readByIds, readRequest, readUnlisted } from '../api/requests/requests';
import { type ApiTask, isApiTask, readTasksByIds } from '../api/tasks/tasks';
import { runConcurrently, Throttle } from '../execution/concurrency';
import { BatchReader, once } from '../execution/readers';
import { objectsIn } from '../guards';
import { type Connection, pauseFor, RetryBudget } from '../transport/connection';
import { newError, ProcessMakerError, rethrown } from '../transport/processMakerError';

/** A poll is short, since the next one comes soon; the last one may take a little longer than the time that is left. */
const MAX_POLL_SECONDS = 30;
const MIN_POLL_SECONDS = 5;

/** So many failures are those of the server, and no longer of single Requests. */
const MAX_FAILURES = 3;

/** The result of a long wait is worth repeating its reading for a while. */
const RESULT_RETRY_SECONDS = 60;
const RESULT_TIMEOUT_SECONDS = 30;

/** Of Requests in ERROR, so many are asked at most in one poll whether they go on, and so many at once. */
const MAX_LOOKS = 100;
const LOOKS_AT_ONCE = 5;

/** No list shows it, and there was no time to read it by itself. */
const NOT_READ_IN_TIME = newError(
  'timeout',
  'Too many Requests that no list shows had to be read one by one',
  'Wait for fewer Requests at a time.',
);

/** A Request as a poll finds it. */
export interface PolledRequest {
  request: ApiRequest;
  /** Where a Task is waited for: the open ones, the oldest first. */
  tasks: ApiTask[];
  /** It is in ERROR, and could not be looked up this time whether it goes on. */
  isUnsure: boolean;
}

/** Reads, poll by poll, how far Requests have come. */
export class StateReader {
  private readonly listedTasks = new Map<number, ApiTask>();

  /** Sub-processes: each poll finds those of one level more. */
  private parts: ApiRequest[] = [];

  /** By the id of a Request in ERROR, the poll in which it was asked last whether it goes on. */
  private readonly lookedAt = new Map<number, number>();

  private polls = 0;

  /** Requests for which ProcessMaker has failed. */
  private readonly failedIds = new Set<number>();

  constructor(private readonly connection: Connection) {}

  /**
   * Reads `GET /api/1.0/requests?pmql=id IN […]&include=activeTasks`, 100 Requests in one call, and the Tasks of those
   * that are under way, and of their sub-processes. Nothing is repeated: the next poll does so.
   *
   * @param idsWithTasks the Requests in which a Task is waited for @param left how much time is left, in milliseconds
   */
  async read(ids: number[], idsWithTasks: ReadonlySet<number>, left: number): Promise<Batch<PolledRequest>> {
    const timeoutSeconds = Math.min(MAX_POLL_SECONDS, Math.max(MIN_POLL_SECONDS, left / 1000));
    const connection = { ...this.connection, retries: new RetryBudget(0), timeoutSeconds };
    const until = Date.now() + Math.max(MIN_POLL_SECONDS * 1000, left);
    const requests = await this.readRequests(connection, ids, idsWithTasks, until);
    const unsure = await this.lookForRetries(connection, requests, new Set(ids), until);
    const open = new Map<number, ApiTask[]>();
    for (const [id, request] of requests) {
      if (request instanceof ProcessMakerError || !isUnderWay(request)) continue;
      if (idsWithTasks.has(id)) open.set(id, [request, ...this.partsOf(id)].flatMap(openTasksOf));
    }
    const listed = await this.listTasks(connection, [...open.values()].flat());
    const polled = [...requests].map(([id, request]) => {
      if (request instanceof ProcessMakerError) return [id, request] as const;
      const shown = open.get(id) ?? [];
      const error = shown.map((task) => listed.get(task.id)).find((one) => one instanceof ProcessMakerError);
      // A new Task may be in its Request a moment before it is in the list, which alone shows its element.
      const tasks = shown.map((task) => this.listedTasks.get(task.id) ?? task);
      return [id, error ?? { request, tasks, isUnsure: unsure.has(id) }] as const;
    });
    return new Map(polled);
  }

  /** The sub-processes of a Request, and theirs, which begin after it. */
  private partsOf(parent: number): ApiRequest[] {
    const parts = this.parts.filter(({ id, parent_request_id: of }) => of === parent && id > parent);
    return parts.flatMap((part) => [part, ...this.partsOf(part.id)]);
  }

  private async readRequests(
    connection: Connection,
    ids: number[],
    idsWithTasks: ReadonlySet<number>,
    until: number,
  ): Promise<Batch<ApiRequest>> {
    const parts = [...idsWithTasks].flatMap((id) => this.partsOf(id)).map(({ id }) => id);
    const all = [...new Set([...ids, ...parts])];
    const states = await readByIds(connection, all, ['activeTasks'], idsWithTasks.size > 0);
    this.parts = [...states.values()].flatMap((one) =>
      one instanceof ProcessMakerError || !one.parent_request_id || !isUnderWay(one) ? [] : one,
    );
    const missing = ids.filter((id) => !states.has(id));
    // Those for which ProcessMaker has failed must not keep the others from being read.
    missing.sort((a, b) => Number(this.failedIds.has(a)) - Number(this.failedIds.has(b)));
    let failures = 0;
    for (const [index, id] of missing.entries()) {
      try {
        if (Date.now() >= until) throw NOT_READ_IN_TIME;
        // By itself, ProcessMaker says why a Request is not in the list.
        states.set(id, await readUnlisted(connection, id, ['activeTasks']));
      } catch (error) {
        if (!(error instanceof ProcessMakerError)) throw rethrown(error);
        states.set(id, error);
        if (!error.isTransient) continue;
        if (error !== NOT_READ_IN_TIME) this.failedIds.add(id);
        // A 500 may be about this Request alone.
        if (!error.isOverload && ++failures < MAX_FAILURES) continue;
        for (const unread of missing.slice(index)) states.set(unread, error);
        break;
      }
    }
    return states;
  }

  /**
   * Finds out of Requests in ERROR whether they have failed for good, those first that were not asked for longest.
   *
   * @returns the ids of those of which that could not be read in this poll
   */
  private async lookForRetries(
    connection: Connection,
    requests: Batch<ApiRequest>,
    wanted: ReadonlySet<number>,
    until: number,
  ): Promise<Set<number>> {
    this.polls++;
    const errored = [...requests.values()].filter(
      (one) => !(one instanceof ProcessMakerError) && one.status === 'ERROR' && wanted.has(one.id),
    ) as ApiRequest[];
    const lastLook = ({ id }: ApiRequest) => this.lookedAt.get(id) ?? 0;
    errored.sort((one, other) => lastLook(one) - lastLook(other));
    const unsure = new Set(errored.map(({ id }) => id));
    const looks = { throttle: new Throttle(LOOKS_AT_ONCE), mayBegin: () => Date.now() < until };
    await runConcurrently(errored.slice(0, MAX_LOOKS), looks, async (request) => {
      const { id } = request;
      this.lookedAt.set(id, this.polls);
      try {
        requests.set(id, await withRetrying(connection, request));
        unsure.delete(id);
      } catch (error) {
        if (!(error instanceof ProcessMakerError)) throw rethrown(error);
      }
    });
    return unsure;
  }

  /**
   * Completes what Requests show of their Tasks: `GET /api/1.0/tasks?pmql=id IN […]`, each until a list has shown it.
   * Lists do not show the Tasks of other users; of those, only what their Request shows is known: id, name, status, user.
   */
  private async listTasks(connection: Connection, tasks: ApiTask[]): Promise<Batch<ApiTask>> {
    const ids = tasks.map(({ id }) => id).filter((id) => !this.listedTasks.has(id));
    const listed = await readTasksByIds(connection, ids);
    for (const [id, task] of listed) {
      if (!(task instanceof ProcessMakerError)) this.listedTasks.set(id, task);
    }
    return listed;
  }
}

/** The open Tasks of a Request as it shows them itself, whoever has them. */
function openTasksOf(request: ApiRequest): ApiTask[] {
  return objectsIn(request.active_tasks)
    .filter(isApiTask)
    .map((task) => ({ ...task, process_request_id: request.id, process_request: request }))
    .sort((a, b) => a.id - b.id);
}

/**
 * Whether a Task is the one that is waited for in a Request, by its name or the ID of its element; '' means any.
 * Sub-processes count the IDs of their elements anew, so that an ID means the Request itself.
 */
export function isTask(task: ApiTask, wanted: string, requestId: number): boolean {
  const { element_id, element_name, process_request_id } = task;
  if (wanted === '' || element_name === wanted) return true;
  return element_id === wanted && process_request_id === requestId;
}

/** Reads Requests that are asked for at the same moment in one call: `GET /api/1.0/requests?pmql=id IN […]`. */
export class ResultReader {
  private readonly open = new Map<string, { ids: Set<number>; reader: BatchReader<number, ApiRequest> }>();

  constructor(private readonly connection: Connection) {}

  /** @param includes names that ProcessMaker's `include` knows */
  async get(id: number, includes: string[]): Promise<ApiRequest> {
    const key = includes.join(',');
    const batch = once(this.open, key, () => this.newBatch(key, includes));
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
      // Responses to other parts of the batch do not make it last longer.
      const rounds = new RetryBudget(RESULT_RETRY_SECONDS * 1000);
      for (let attempts = 1; ; attempts++) {
        const results = await readByIds(connection, [...ids], includes);
        const errors = [...results.values()].filter((one) => one instanceof ProcessMakerError);
        const failed = errors.find(({ isTransient }) => isTransient);
        const pause = failed && rounds.pauseBefore(attempts, failed.retry?.afterSeconds);
        if (pause === undefined || !(await pauseFor(connection, pause))) return results;
      }
    };
    const readOne = async (id: number) => await readRequest(connection, id, includes);
    return { ids, reader: new BatchReader(ids, readAll, readOne) };
  }
}
