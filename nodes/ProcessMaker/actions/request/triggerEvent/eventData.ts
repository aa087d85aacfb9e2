import type { IDataObject } from 'n8n-workflow';

import { eventKind, readBpmn } from '../../../api/processes/bpmn';
import type { ApiRequest } from '../../../api/requests/requests';
import { once, type RequestReader } from '../../../execution/readers';
import { isObject } from '../../../guards';
import type { Connection } from '../../../transport/connection';
import { explained, inputError, ProcessMakerError } from '../../../transport/processMakerError';
import { hasFields } from '../updateData/mergeData';
import type { EventToTrigger } from './triggerOnce';

const UPDATE_BEFORE = "To change the data of the Request, use the operation 'Update Data' before.";

/**
 * Makes the check of the data that is sent to events: ProcessMaker stores it at message events only. It gives whether the
 * data may be dropped, since the user may not see what the event waits for, and throws where that is seen.
 */
export function dataCheck(connection: Connection, requests: RequestReader) {
  const drawings = new Map<number, Promise<string>>();
  const drawingOf = async (id: number) => {
    const processId = Number((await requests.get({ reference: { id }, includes: [] })).process_id);
    return await once(drawings, processId, () => readBpmn(connection, processId));
  };
  return async ({ id, eventId, data }: EventToTrigger): Promise<boolean> => {
    if (Object.keys(data).length === 0) return false;
    const drawing = await drawingOf(id).catch((error: unknown) => {
      // It is for the event itself to say what is wrong with the Request.
      if (!(error instanceof ProcessMakerError) || error.kind === 'canceled') throw explained(error);
    });
    const kind = drawing && eventKind(drawing, eventId);
    if (!kind || kind === 'message') return !kind;
    throw inputError(
      `Event "${eventId}" of Request ${id} is a ${kind} event, at which ProcessMaker drops the data`,
      `Send no data to it. ${UPDATE_BEFORE}`,
    );
  };
}

/** Whether a Request shows data that was sent: all arrives or nothing, in a variable of its own if the event says so. */
export function isStored(request: ApiRequest | undefined, sent: IDataObject): boolean {
  const data = isObject(request?.data) ? request.data : {};
  const places = [data, ...Object.values(data).filter(isObject)];
  const fields = Object.entries(sent).map(([name, value]) => ({ [name]: value }));
  return places.some((place) => fields.some((field) => hasFields(place, field)));
}

/** The hint for data that is not seen after an event. */
export function notStored(eventId: string): string {
  return `The Request does not show the data that was sent to event "${eventId}": ProcessMaker stores data at message events only, and drops it at signals and timers. ${UPDATE_BEFORE}`;
}
