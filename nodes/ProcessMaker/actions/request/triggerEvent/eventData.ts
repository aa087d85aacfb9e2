import { eventKind, readBpmn } from '../../../api/processes/bpmn';
import type { ApiRequest } from '../../../api/requests/requests';
import { once, type RequestReader } from '../../../execution/readers';
import { asText, isObject } from '../../../guards';
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
    const request = await requests.get({ reference: { id }, includes: ['process'] });
    const { process_id, process, initiated_at } = request;
    // It goes on in the version of the process in which it began, and only the newest one can be read.
    const changed = isObject(process) ? Date.parse(asText(process.updated_at)) : NaN;
    if (changed > Date.parse(asText(initiated_at))) return undefined;
    const processId = Number(process_id);
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

/** In names and values: what ProcessMaker does not show, or does not store as it came. */
const UNSEEN = /^_|[<{]/;

/**
 * The hint for data that is not seen in a Request afterwards; undefined when it is. All of it arrives or nothing, in a
 * variable of its own if the event says so.
 */
export function storageHint(
  { eventId, data: sent }: EventToTrigger,
  request: ApiRequest | undefined,
): string | undefined {
  const data = isObject(request?.data) ? request.data : undefined;
  const fields = Object.entries(sent).filter((entry) => !entry.some((one) => UNSEEN.test(asText(one))));
  const places = data ? [data, ...Object.values(data).filter(isObject)] : [];
  if (places.some((place) => fields.some(([name, value]) => hasFields(place, { [name]: value }))))
    return undefined;
  const found =
    data && fields.length > 0
      ? `The Request does not show the data that was sent to event "${eventId}"`
      : `It cannot be seen whether the data that was sent to event "${eventId}" has arrived`;
  return `${found}: ProcessMaker stores data at message events only, and drops it at signals and timers. ${UPDATE_BEFORE}`;
}
