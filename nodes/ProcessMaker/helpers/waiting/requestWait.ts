import type { IDataObject } from 'n8n-workflow';

import { requestJson } from '../../descriptions/requestOutput';
import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import type { ApiRequest } from '../requests/simplifyRequest';
import { simplifyTask } from '../tasks/simplifyTask';
import type { ApiTask } from '../tasks/tasks';
import { ReadTogether } from './readTogether';
import { endedBadlyFailure, endedFirstFailure, timeIsOverFailure } from './waitFailures';
import { WaitingRoom, type Waited } from './waitingRoom';
import type { WaitSettings } from './waitParameters';

/** Lets the items of a run wait for their Requests, all together. */
export class RequestWait {
  private readonly room: WaitingRoom;

  private readonly reader: ReadTogether;

  /** @param stopped ends when nobody needs the results any more */
  constructor(
    private readonly connection: Connection,
    stopped: AbortSignal,
  ) {
    this.room = new WaitingRoom(connection, stopped);
    this.reader = new ReadTogether(connection);
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
    const { taskElement, simplify } = settings;
    const { instanceUrl } = this.connection;
    if ('task' in waited) {
      return { ok: true, value: simplify ? simplifyTask(waited.task, instanceUrl) : waited.task };
    }
    const missing = taskElement === undefined ? undefined : nameOfTask(taskElement);
    if ('timeIsOver' in waited) {
      if (settings.returnsAtLimit) return await this.returned(waited.timeIsOver.id, settings, true);
      const failure = timeIsOverFailure(waited.timeIsOver, settings.seconds, instanceUrl, missing);
      return { ok: false, failure };
    }
    const { ended } = waited;
    if (missing !== undefined) {
      return { ok: false, failure: endedFirstFailure(ended, missing, instanceUrl) };
    }
    if (ended.status !== 'COMPLETED' && !settings.returnsErrored) {
      return { ok: false, failure: endedBadlyFailure(ended, instanceUrl) };
    }
    return await this.returned(ended.id, settings, false);
  }

  /** The Request with its data, which the looks do without. One in ERROR may have been retried since. */
  private async returned(
    id: number,
    settings: WaitSettings,
    timeIsOver: boolean,
  ): Promise<Result<IDataObject> | 'goesOn'> {
    const request = await this.reader.get(id, settings.includes);
    if (!request.ok) return { ok: false, failure: { ...request.failure, requestId: id } };
    const isActive = request.value.status === 'ACTIVE';
    if (timeIsOver && !isActive) return await this.resultOf({ ended: request.value }, settings);
    if (!timeIsOver && isActive) return 'goesOn';
    const json = this.json(request.value, settings);
    return { ok: true, value: timeIsOver ? { ...json, timeIsOver } : json };
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
