import type { IDataObject } from 'n8n-workflow';

import type { ApiRequest } from '../api/requests/requests';
import type { ApiTask } from '../api/tasks/tasks';
import { requestJson, taskJson } from '../descriptions/output';
import type { WaitSettings } from '../input/waitParameters';
import type { Connection } from '../transport/connection';
import { ProcessMakerError } from '../transport/processMakerError';
import { RequestPoller, type WaitOutcome } from './requestPoller';
import { ResultReader } from './requestReaders';
import {
  endedBadlyError,
  endedFirstError,
  resultUnreadError,
  stoppedError,
  timeoutError,
  unknownStateError,
  unreadableError,
} from './waitErrors';

/** Lets the items of a run wait for their Requests, all together. */
export class RequestWait {
  private readonly connection: Connection;

  private readonly poller: RequestPoller;

  private readonly results: ResultReader;

  /** @param stopped ends when nobody needs the results any more */
  constructor(connection: Connection, stopped: AbortSignal) {
    const signals = connection.canceled ? [connection.canceled, stopped] : [stopped];
    this.connection = { ...connection, canceled: AbortSignal.any(signals) };
    this.poller = new RequestPoller(this.connection);
    this.results = new ResultReader(this.connection);
  }

  /**
   * @returns the Request as it is at the end of the wait, or the Task that was waited for
   * @throws ProcessMakerError when the wait does not end as it should
   */
  async wait(requestId: number, settings: WaitSettings): Promise<IDataObject> {
    const { taskElement, seconds, simplify } = settings;
    const isWanted = taskElement === undefined ? undefined : (task: ApiTask) => isTask(task, taskElement);
    for (;;) {
      const outcome = await this.poller.pollUntil({ requestId, seconds, isWanted });
      if ('task' in outcome) {
        return taskJson(outcome.task, { simplify, includeData: false }, this.connection.instanceUrl);
      }
      const json = await this.requestOf(outcome, settings);
      if (json) return json;
    }
  }

  /** @returns undefined when the Request goes on: one in ERROR may have been retried since the poll */
  private async requestOf(
    outcome: Exclude<WaitOutcome, { task: ApiTask }>,
    settings: WaitSettings,
  ): Promise<IDataObject | undefined> {
    const { seconds, simplify, includes } = settings;
    const isTimedOut = 'timedOut' in outcome;
    const polled = isTimedOut ? outcome.timedOut : outcome.ended;
    this.checkEnd(polled, settings);
    // The polls do without the data.
    const request = await this.readResult(polled, settings, isTimedOut);
    const isActive = request.status === 'ACTIVE';
    if (isActive && !isTimedOut && !this.poller.isOver(seconds)) return undefined;
    this.checkEnd(request, settings);
    const output = { simplify, includes, includeTasks: false };
    const json = requestJson(request, output, this.connection.instanceUrl);
    return isActive ? { ...json, timedOut: true } : json;
  }

  /** @throws ProcessMakerError for a Request that is not to be returned */
  private checkEnd(request: ApiRequest, settings: WaitSettings): void {
    const { taskElement, seconds, returnsOnTimeout, returnsErrored } = settings;
    const { instanceUrl } = this.connection;
    const missing = taskElement === undefined ? undefined : nameOfTask(taskElement);
    if (request.status === 'ACTIVE') {
      if (returnsOnTimeout) return;
      throw timeoutError(request, seconds, instanceUrl, missing);
    }
    if (missing !== undefined) throw endedFirstError(request, missing, instanceUrl);
    if (request.status === 'COMPLETED' || returnsErrored) return;
    throw endedBadlyError(request, instanceUrl);
  }

  private async readResult(
    polled: ApiRequest,
    settings: WaitSettings,
    isTimedOut: boolean,
  ): Promise<ApiRequest> {
    try {
      return await this.results.get(polled.id, settings.includes);
    } catch (error) {
      throw this.unreadResult(polled, settings, isTimedOut, error);
    }
  }

  private unreadResult(
    polled: ApiRequest,
    { seconds }: WaitSettings,
    isTimedOut: boolean,
    thrown: unknown,
  ): Error {
    if (this.connection.canceled?.aborted) return stoppedError(polled.id);
    if (!isTimedOut) return resultUnreadError(polled, thrown, this.connection.instanceUrl);
    const isTransient = thrown instanceof ProcessMakerError && thrown.isTransient;
    return isTransient ? unknownStateError(polled.id, seconds, thrown) : unreadableError(polled.id, thrown);
  }
}

function isTask({ element_id, element_name }: ApiTask, wanted: string): boolean {
  return wanted === '' || element_id === wanted || element_name === wanted;
}

function nameOfTask(wanted: string): string {
  return wanted === '' ? 'a Task' : `the Task "${wanted}"`;
}
