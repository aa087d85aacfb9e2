import type { IDataObject } from 'n8n-workflow';

import { eventKind, readBpmn } from '../../../api/processes/processes';
import { triggerEvent } from '../../../api/requests/changes';
import { type ApiRequest, readRequest } from '../../../api/requests/requests';
import { listWaitingEvents } from '../../../api/tasks/tasks';
import { acceptAsMade } from '../../../execution/acceptAsMade';
import { type Attempt, makeChange, type Seen } from '../../../execution/change';
import { once, type RequestReader } from '../../../execution/readers';
import { hasFields } from '../../../fields/storedData';
import { asText, closestName, isObject } from '../../../guards';
import type { Connection } from '../../../transport/connection';
import {
  ifRead,
  inputError,
  isKind,
  ProcessMakerError,
  rethrown,
} from '../../../transport/processMakerError';
import { readChanged } from '../requestChange';

/** An intermediate event of a Request, by the id of its element in the process. */
interface EventToTrigger {
  id: number;
  eventId: string;
  /** Is merged into the Request's data, at a message event. */
  data: IDataObject;
}

/** Triggers an event, unless an earlier attempt has, or may have: the Request may have come to it once more since. */
export async function triggerOnce(connection: Connection, event: EventToTrigger, attempt: Attempt) {
  const { isDone, sentAt } = attempt;
  if (isDone) return;
  const { id, eventId, data } = event;
  const key = `${id} ${eventId}`;
  if (sentAt[key] !== undefined) {
    throw inputError(
      `It is not known whether an earlier call has triggered event "${eventId}" of Request ${id}, so it is not triggered again`,
      'The Request may have gone on, or may still wait there: see its page in ProcessMaker. To trigger the event all the same, run the workflow again for this item.',
    ).with({ outcome: 'unknown' });
  }
  sentAt[key] = Date.now();
  let notFound: ProcessMakerError;
  try {
    await makeChange(connection, {
      send: async () => await triggerEvent(connection, id, eventId, data),
      look: async (error) => await explainUnknown(connection, event, error),
      looksOnce: true,
    });
    delete sentAt[key];
    return;
  } catch (error) {
    if (error instanceof ProcessMakerError && error.delivery === 'notProcessed') delete sentAt[key];
    if (!isKind(error, 'notFound')) throw rethrown(error);
    notFound = error;
  }
  const status = await readStatus(connection, id);
  // When the status cannot be read, it is left out of the message. A Request that does not exist is reported as such.
  if (isKind(status, 'notFound')) throw status;
  const meant = await meantEvent(connection, event);
  const refusal = notFound.with({
    message: `No event "${eventId}" waits in Request ${id}${typeof status === 'string' ? `, which is in status ${status}` : ''}`,
    description: `${meant}It was triggered already, or the Request has not come to it, or the element is not an intermediate event. Check 'Request' and 'Event'.`,
  });
  acceptAsMade(attempt, refusal);
}

/** The event that waits and is meant, or all that wait, where the user may see them; else empty. */
async function meantEvent(connection: Connection, { id, eventId }: EventToTrigger): Promise<string> {
  const waiting = (await ifRead(listWaitingEvents(connection, id))) ?? [];
  const shown = (one: { id: string; name: string }) => `"${one.id}" (${one.name})`;
  const texts = waiting.flatMap((one) => [one.id, one.name]);
  const closest = closestName(eventId, texts);
  const meant = waiting.find((one) => closest === one.id || closest === one.name);
  if (meant) return `Did you mean ${shown(meant)}? `;
  return waiting.length === 0 ? '' : `These wait in the Request: ${waiting.map(shown).join(', ')}. `;
}

/** Whether it was triggered cannot be seen by a user who is no administrator; the Request's status may help. */
async function explainUnknown(
  connection: Connection,
  event: EventToTrigger,
  error: ProcessMakerError,
): Promise<Seen<void>> {
  const { id, eventId } = event;
  const status = await readStatus(connection, id);
  const now = typeof status === 'string' ? ` Request ${id} is in status ${status} now.` : '';
  const meant = error.kind === 'serverError' ? await meantEvent(connection, event) : '';
  const details =
    error.kind === 'serverError'
      ? {
          message: `ProcessMaker could not trigger event "${eventId}" of Request ${id} and gave no reason (HTTP status 500)`,
          description: `${meant}Often its process has no element of the id in 'Event'. The Request may have gone on all the same: look at it before you repeat this.${now}`,
        }
      : { description: `${error.description}${now}` };
  return { state: 'notSeen', error: error.with(details) };
}

/** @returns the error when the Request cannot be read */
async function readStatus(connection: Connection, id: number): Promise<unknown> {
  try {
    return (await readRequest(connection, id, [])).status;
  } catch (error) {
    return error;
  }
}

/** Reads a Request whose event was triggered. @returns undefined for a user who may not see the Request */
export async function readTriggered(connection: Connection, id: number, includes: string[]) {
  try {
    return await readChanged(connection, id, includes);
  } catch (error) {
    if (isKind(error, 'forbidden')) return undefined;
    throw rethrown(error);
  }
}

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
      if (!(error instanceof ProcessMakerError) || error.kind === 'canceled') throw rethrown(error);
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
export function storageHint({ eventId, data: sent }: EventToTrigger, request: ApiRequest | undefined) {
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
