import type { IDataObject } from 'n8n-workflow';

import { requestJson, taskJson } from '../api/output';
import { engineReason, retryNote } from '../api/requests/failure';
import {
  type ApiRequest,
  findCanceledParent,
  isBeingRetried,
  isUnderWay,
  requestUrl,
} from '../api/requests/requests';
import { type ApiTask, listTasks } from '../api/tasks/tasks';
import { KeyedQueue } from '../execution/concurrency';
import type { WaitSettings } from '../fields/waitParameters';
import { asText, closestName } from '../guards';
import { type Connection, RetryBudget } from '../transport/connection';
import { type ErrorKind, explained, newError, ProcessMakerError } from '../transport/processMakerError';
import { RequestPoller, type WaitTarget } from './requestPoller';
import { isTask, ResultReader } from './requestReaders';

const READS_AT_ONCE = 5;

const WAIT_AGAIN = "The operation 'Wait' of Request waits for it again.";

/** Lets the items of a run wait for their Requests, all together. */
export class RequestWait {
  private readonly connection: Connection;

  private readonly poller: RequestPoller;

  private readonly results: ResultReader;

  /** Many waits can come to their limits at the same moment. */
  private readonly meantTasks = new KeyedQueue();

  /** @param stopped ends when nobody needs the results any more */
  constructor(connection: Connection, stopped: AbortSignal) {
    const signals = connection.canceled ? [connection.canceled, stopped] : [stopped];
    this.connection = { ...connection, canceled: AbortSignal.any(signals) };
    this.poller = new RequestPoller(this.connection);
    this.results = new ResultReader(this.connection);
  }

  /** @returns the Request as it is at the end of the wait, or the Task that was waited for */
  async wait(requestId: number, settings: WaitSettings): Promise<IDataObject> {
    const { taskElement, seconds, simplify, includes, returnsErrored } = settings;
    const isWanted =
      taskElement === undefined ? undefined : (task: ApiTask) => isTask(task, taskElement, requestId);
    const { instanceUrl } = this.connection;
    for (;;) {
      const outcome = await this.poll({ requestId, seconds, isWanted });
      if ('task' in outcome) return taskJson(outcome.task, { simplify, includeData: false }, instanceUrl);
      const { request: polled } = outcome;
      const canceled = findCanceledParent(polled, (id) => this.results.get(id, []));
      const parent = await this.read(polled, seconds, canceled);
      if (parent && (isWanted || !returnsErrored)) throw endedBadlyError(polled, instanceUrl, parent);
      await this.check(polled, settings);
      // The polls do without the data.
      const result = await this.read(polled, seconds, this.results.get(requestId, includes));
      const request = asPolled(result, polled);
      const goesOn = isUnderWay(request);
      // One in ERROR may have been retried since the poll.
      const mayGoOn = goesOn || (request.retrying === null && polled.retrying === undefined);
      if (mayGoOn && !this.poller.isOver(seconds)) continue;
      await this.check(request, settings);
      const json = requestJson(request, { simplify, includes, includeTasks: false }, instanceUrl);
      return { ...json, ...(goesOn && { timedOut: true }), ...(parent && { parentStatus: parent.status }) };
    }
  }

  /** @throws ProcessMakerError for a Request that is not to be returned, with the Task that may have been meant */
  private async check(request: ApiRequest, settings: WaitSettings): Promise<void> {
    try {
      checkEnd(request, settings, this.connection.instanceUrl);
    } catch (error) {
      const { taskElement } = settings;
      const meant = taskElement && (await this.meantTask(request.id, taskElement));
      throw explained(error, ({ description }) =>
        meant ? { description: `${meant} ${description}` } : undefined,
      );
    }
  }

  private async meantTask(requestId: number, taskElement: string): Promise<string | undefined> {
    const connection = { ...this.connection, retries: new RetryBudget(0) };
    const search = { process_request_id: requestId };
    const tasks = await this.meantTasks
      .run(requestId % READS_AT_ONCE, async () => await listTasks(connection, search, { maxReads: 1 }))
      .catch(() => []);
    const names = tasks.flatMap((task) => [asText(task.element_name), asText(task.element_id)]);
    const closest = closestName(taskElement, names);
    return closest && `Did you mean "${closest}", a Task that the Request has had?`;
  }

  /** Waits, for so many seconds at most, until a Request that was retried is not being retried any more. */
  async waitForRetry(requestId: number, seconds: number): Promise<void> {
    const target = { requestId, seconds, since: Date.now(), goesOn: isBeingRetried };
    await this.poll(target).catch((error: unknown) => {
      throw explained(error, () => ({ done: true }));
    });
  }

  private async poll(target: WaitTarget) {
    return await this.poller.pollUntil(target).catch((error: unknown) => {
      throw this.aboutReading(target.requestId, target.seconds, error);
    });
  }

  private async read<T>(polled: ApiRequest, seconds: number, reading: Promise<T>): Promise<T> {
    return await reading.catch((error: unknown) => {
      throw this.aboutReading(polled.id, seconds, error, polled);
    });
  }

  /** @param polled the Request that could not be read with its data, as a poll has found it */
  private aboutReading(requestId: number, seconds: number, thrown: unknown, polled?: ApiRequest): Error {
    const { canceled, instanceUrl } = this.connection;
    if (canceled?.aborted) {
      const message = `Request ${requestId} was no longer waited for, since the execution has ended before`;
      const description = `It goes on in ProcessMaker. ${WAIT_AGAIN}`;
      return newError('canceled', message, description).with({ outcome: 'started', requestId });
    }
    if (polled && !isUnderWay(polled)) return resultUnreadError(polled, thrown, instanceUrl);
    if (!(thrown instanceof ProcessMakerError) || !thrown.isTransient)
      return unreadableError(requestId, thrown);
    return thrown.with({
      message: `The status of Request ${requestId} after ${duration(seconds)} is not known, since ProcessMaker could not be read: ${thrown.message}`,
      description: WAIT_AGAIN,
      delivery: 'notProcessed',
      outcome: 'started',
      requestId,
    });
  }
}

/** A Request that a poll has found in ERROR, read anew: what the poll knows of its failure holds as long as that is the same. */
function asPolled(request: ApiRequest, polled: ApiRequest): ApiRequest {
  if (request.status !== 'ERROR' || isBeingRetried(request)) return request;
  const isSame = JSON.stringify(request.errors) === JSON.stringify(polled.errors);
  const retrying = isSame ? polled.retrying : null;
  return retrying === undefined ? request : { ...request, retrying };
}

/** @throws ProcessMakerError for a Request that is not to be returned */
function checkEnd(request: ApiRequest, settings: WaitSettings, instanceUrl: string): void {
  const { taskElement, seconds, returnsOnTimeout, returnsErrored } = settings;
  const { id, status } = request;
  const url = requestUrl(id, instanceUrl);
  const missing = taskElement === '' ? 'a Task' : taskElement && `the Task "${taskElement}"`;
  if (isUnderWay(request)) {
    if (returnsOnTimeout) return;
    const state = isBeingRetried(request) ? 'being retried' : 'ACTIVE';
    throw endError(
      request,
      `Request ${id} was still ${state} after ${duration(seconds)}${missing ? `, and ${missing} has not appeared` : ''}`,
      `It goes on in ProcessMaker, see ${url}. Set 'Wait Time Limit' higher, let 'On Timeout' return the Request, or choose 'Request to Finish, Sleeping' or 'Callback' in 'Wait For' to wait for days.`,
      'timeout',
    );
  }
  if (missing) {
    throw endError(
      request,
      `Request ${id} has ended in status ${status} before ${missing} has appeared${engineReason(request)}`,
      `See it at ${url}.${retryNote(request)} A Task that is opened and completed between two polls is not seen.`,
    );
  }
  if (status !== 'COMPLETED' && !returnsErrored) throw endedBadlyError(request, instanceUrl);
}

/** ProcessMaker has refused to give the Request, and will do so at the next poll as well. */
export function unreadableError(requestId: number, thrown: unknown): Error {
  return explained(thrown, ({ message }) => ({
    message: message.includes(`Request ${requestId}`)
      ? message
      : `Request ${requestId} could not be waited for: ${message}`,
    requestId,
  }));
}

function resultUnreadError({ id, status }: ApiRequest, thrown: unknown, instanceUrl: string): Error {
  return explained(thrown, ({ message }) => ({
    message: `Request ${id} has ended in status ${status}, but could not be read with its data: ${message}`,
    description: `See it at ${requestUrl(id, instanceUrl)}. The operation 'Get' of Request reads it.`,
    outcome: status === 'ERROR' ? 'startedInError' : 'started',
    requestId: id,
  }));
}

/** A Request that was waited for has ended in ERROR or CANCELED or, as a sub-process, with its CANCELED parent. */
export function endedBadlyError(request: ApiRequest, instanceUrl: string, parent?: ApiRequest) {
  const { id, status } = request;
  const why = parent && `, since Request ${parent.id}, of which it is a sub-process, is in status CANCELED`;
  const reason = why ?? (status === 'ERROR' ? engineReason(request) : '');
  return endError(
    request,
    `Request ${id} has ended in status ${status}${reason}`,
    `See it at ${requestUrl(id, instanceUrl)}.${retryNote(request)}${why ? '' : " The option 'Return Requests in Error' returns it like any other."}`,
  );
}

function endError(request: ApiRequest, message: string, description: string, kind: ErrorKind = 'invalid') {
  const isErrored = request.status === 'ERROR' && !isBeingRetried(request);
  const outcome = isErrored ? 'startedInError' : 'started';
  return newError(kind, message, description).with({ outcome, requestId: request.id });
}

function duration(seconds: number): string {
  return seconds === 1 ? 'a second' : `${seconds} seconds`;
}
