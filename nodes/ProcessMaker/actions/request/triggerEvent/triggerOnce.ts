import type { IDataObject } from 'n8n-workflow';

import { triggerEvent } from '../../../api/requests/changes';
import { type ApiRequest, readRequest } from '../../../api/requests/requests';
import { acceptAsMade } from '../../../execution/acceptAsMade';
import { type Attempt, makeChange, type Seen } from '../../../execution/change';
import type { Connection } from '../../../transport/connection';
import { explained, inputError, isKind, ProcessMakerError } from '../../../transport/processMakerError';
import { readChanged } from '../requestChange';

/** An intermediate event of a Request, by the id of its element in the process. */
export interface EventToTrigger {
  id: number;
  eventId: string;
  /** Is merged into the Request's data, at a message event. */
  data: IDataObject;
}

/**
 * Triggers an event, unless an earlier attempt has, or may have: the Request may have come to the event once more since.
 *
 * @throws ProcessMakerError also when nothing waits there, unless an earlier attempt may be the cause
 */
export async function triggerOnce(
  connection: Connection,
  event: EventToTrigger,
  attempt: Attempt,
): Promise<void> {
  const { isDone, sentAt } = attempt;
  if (isDone) return;
  const { id, eventId, data } = event;
  const key = `${id} ${eventId}`;
  if (sentAt[key] !== undefined) throw mayBeTriggered(event);
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
    if (!isKind(error, 'notFound')) throw explained(error);
    notFound = error;
  }
  const status = await readStatus(connection, id);
  // When the status cannot be read, it is left out of the message. A Request that does not exist is reported as such.
  if (isKind(status, 'notFound')) throw status;
  const refusal = notFound.with({
    message: `No event "${eventId}" waits in Request ${id}${typeof status === 'string' ? `, which is in status ${status}` : ''}`,
    description:
      "It was triggered already, or the Request has not come to it, or the element is no intermediate event. Check 'Request' and 'Event'.",
  });
  acceptAsMade(attempt, refusal);
}

function mayBeTriggered({ id, eventId }: EventToTrigger): ProcessMakerError {
  return inputError(
    `It is not known whether an earlier call has triggered event "${eventId}" of Request ${id}, so it is not triggered again`,
    'The Request may have gone on, or may still wait there: see its page in ProcessMaker. To trigger the event all the same, run the workflow again for this item.',
  ).with({ outcome: 'unknown' });
}

/** Whether it was triggered cannot be seen by a user who is no administrator; the Request's status may help. */
async function explainUnknown(
  connection: Connection,
  { id, eventId }: EventToTrigger,
  error: ProcessMakerError,
): Promise<Seen<void>> {
  const status = await readStatus(connection, id);
  const now = typeof status === 'string' ? ` Request ${id} is in status ${status} now.` : '';
  const details =
    error.kind === 'serverError'
      ? {
          message: `ProcessMaker could not trigger event "${eventId}" of Request ${id} and gave no reason (HTTP status 500)`,
          description: `Often its process has no element of the id in 'Event'. The Request may have gone on all the same: look at it before you repeat this.${now}`,
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

/**
 * Reads a Request whose event was triggered.
 *
 * @returns undefined for a user who may trigger the event, but not see the Request
 */
export async function readTriggered(
  connection: Connection,
  id: number,
  includes: string[],
): Promise<ApiRequest | undefined> {
  try {
    return await readChanged(connection, id, includes);
  } catch (error) {
    if (isKind(error, 'forbidden')) return undefined;
    throw explained(error);
  }
}
