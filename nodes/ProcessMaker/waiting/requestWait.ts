import type { IDataObject } from 'n8n-workflow';

import { requestJson } from '../descriptions/requestOutput';
import type { Connection } from '../transport/connection';
import type { Failure, Result } from '../transport/failure';
import type { ItemFailure } from '../execution/failedItem';
import type { ApiRequest } from '../api/requests/simplifyRequest';
import { simplifyTask } from '../api/tasks/simplifyTask';
import type { ApiTask } from '../api/tasks/tasks';
import { mayComeBack } from './look';
import { ReadTogether } from './readTogether';
import {
  canceledFailure,
  endedBadlyFailure,
  endedFirstFailure,
  silenceFailure,
  timeIsOverFailure,
  unreadEndFailure,
  unreadFailure,
} from './waitErrors';
import { WaitingRoom, type Waited } from './waitingRoom';
import type { WaitSettings } from '../input/waitParameters';

/** Lets the items of a run wait for their Requests, all together. */
export class RequestWait {
  private readonly connection: Connection;

  private readonly room: WaitingRoom;

  private readonly reader: ReadTogether;

  /** @param stopped ends when nobody needs the results any more */
  constructor(connection: Connection, stopped: AbortSignal) {
    const signals = connection.canceled ? [connection.canceled, stopped] : [stopped];
    this.connection = { ...connection, canceled: AbortSignal.any(signals) };
    this.room = new WaitingRoom(this.connection);
    this.reader = new ReadTogether(this.connection);
  }

  /** @returns the Request as it stands at the end of the wait, or the Task that was waited for */
  async wait(requestId: number, settings: WaitSettings): Promise<Result<IDataObject>> {
    const { taskElement, seconds } = settings;
    const isWanted = taskElement === undefined ? undefined : (task: ApiTask) => isTask(task, taskElement);
    for (;;) {
      const waited = await this.room.wait({ requestId, seconds, isWanted });
      if (!waited.ok) return waited;
      const result = await this.resultOf(waited.value, settings);
      if (result !== 'goesOn') return result;
    }
  }

  private async resultOf(waited: Waited, settings: WaitSettings): Promise<Result<IDataObject> | 'goesOn'> {
    const { instanceUrl } = this.connection;
    if ('task' in waited) {
      const json = settings.simplify ? simplifyTask(waited.task, instanceUrl) : waited.task;
      return { ok: true, value: json };
    }
    const isOver = 'timeIsOver' in waited;
    const request = isOver ? waited.timeIsOver : waited.ended;
    const failure = this.failureOf(request, settings);
    if (failure) return { ok: false, failure };
    // The looks do without the data.
    const read = await this.reader.get(request.id, settings.includes);
    if (!read.ok) return { ok: false, failure: this.unread(request, settings, isOver, read.failure) };
    return this.judge(read.value, settings, isOver || this.room.isOver(settings.seconds));
  }

  /** What was read to be returned may stand elsewhere than at the look: one in ERROR may have been retried since. */
  private judge(
    request: ApiRequest,
    settings: WaitSettings,
    isOver: boolean,
  ): Result<IDataObject> | 'goesOn' {
    const isActive = request.status === 'ACTIVE';
    if (isActive && !isOver) return 'goesOn';
    const failure = this.failureOf(request, settings);
    if (failure) return { ok: false, failure };
    const json = this.json(request, settings);
    return { ok: true, value: isActive ? { ...json, timeIsOver: true } : json };
  }

  /** Why a Request is not to be returned: one that has ended, or that is still ACTIVE when the time is over. */
  private failureOf(request: ApiRequest, settings: WaitSettings): ItemFailure | undefined {
    const { taskElement, seconds, returnsAtLimit, returnsErrored } = settings;
    const { instanceUrl } = this.connection;
    const missing = taskElement === undefined ? undefined : nameOfTask(taskElement);
    if (request.status === 'ACTIVE') {
      return returnsAtLimit ? undefined : timeIsOverFailure(request, seconds, instanceUrl, missing);
    }
    if (missing !== undefined) return endedFirstFailure(request, missing, instanceUrl);
    const isFine = request.status === 'COMPLETED' || returnsErrored;
    return isFine ? undefined : endedBadlyFailure(request, instanceUrl);
  }

  private unread(
    request: ApiRequest,
    { seconds }: WaitSettings,
    isOver: boolean,
    failure: Failure,
  ): ItemFailure {
    if (this.connection.canceled?.aborted) return canceledFailure(request.id);
    if (isOver && mayComeBack(failure)) return silenceFailure(request.id, seconds, failure);
    if (isOver) return unreadFailure(request.id, failure);
    return unreadEndFailure(request, failure, this.connection.instanceUrl);
  }

  private json(request: ApiRequest, { simplify, includes }: WaitSettings): IDataObject {
    return requestJson(request, { simplify, includes, includeTasks: false }, this.connection.instanceUrl);
  }
}

function isTask({ element_id, element_name }: ApiTask, wanted: string): boolean {
  return wanted === '' || element_id === wanted || element_name === wanted;
}

function nameOfTask(wanted: string): string {
  return wanted === '' ? 'a Task' : `the Task "${wanted}"`;
}
