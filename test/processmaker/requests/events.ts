import { sanitiseStartData } from '../data/sanitise';
import type { RequestRow, UserRow } from '../database/rows';
import type { FlowElement } from '../flow/definition';
import { ApiError, notFound, serverError, unauthorized } from '../http/errors';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { completeToken } from './progress';
import { activeTokens, findProcess } from './store';

const CATCH_EVENTS = ['startEvent', 'intermediateCatchEvent', 'boundaryEvent'];

/** Class names of the real engine that are not those of BPMN. */
const CLASSES: Readonly<Record<string, string>> = {
  task: 'Activity',
  userTask: 'Activity',
  manualTask: 'Activity',
  sequenceFlow: 'Flow',
};

/**
 * Triggers an intermediate event that waits. Data is changed on its way in as at a start, and merged at message events, or
 * put into the variable that the event names; at signal and timer events it is lost.
 */
export async function triggerEvent(
  instance: Instance,
  user: UserRow,
  request: RequestRow,
  elementId: string,
  data: JsonObject,
): Promise<void> {
  const process = findProcess(instance, request.process_id);
  if (process === undefined) throw serverError();
  const { elements } = await instance.definitions.definition(process.bpmn);
  const element = elements.get(elementId);
  if (element === undefined) throw serverError();
  if (!CATCH_EVENTS.includes(element.type)) throw notCatchEvent(element);
  const token = activeTokens(instance, request.id).find(({ element_id: id }) => id === elementId);
  if (token === undefined) throw notFound();
  const allowed = element.properties['allowedUsers'] ?? '';
  if (allowed !== '' && !allowed.split(',').includes(String(user.id))) {
    throw unauthorized('Not authorized to trigger this event.');
  }
  const found = await completeToken(instance, token.id, receivedData(element, data));
  if (!found) throw notFound();
}

function receivedData({ eventTypes, variableNames }: FlowElement, data: JsonObject): JsonObject {
  if (!eventTypes.includes('messageEventDefinition')) return {};
  const received = sanitiseStartData(data);
  const [variable] = variableNames;
  return variable === undefined ? received : { [variable]: received };
}

function notCatchEvent({ type }: FlowElement): ApiError {
  const name = CLASSES[type] ?? type.charAt(0).toUpperCase() + type.slice(1);
  const message = `Invalid element, not a catch event ProcessMaker\\Nayra\\Bpmn\\Models\\${name}`;
  return new ApiError(423, { message });
}
