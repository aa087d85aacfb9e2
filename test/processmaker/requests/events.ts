import { sanitiseStartData } from '../data/sanitise';
import type { RequestRow } from '../database/rows';
import type { FlowElement } from '../flow/definition';
import { ApiError, notFound, serverError } from '../http/errors';
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
 * Triggers an intermediate event that waits. Data is changed on its way in as at a start, and merged at message events;
 * at signal and timer events it is lost.
 */
export async function triggerEvent(
  instance: Instance,
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
  const isMessage = element.eventTypes.includes('messageEventDefinition');
  const found = await completeToken(
    instance,
    token.id,
    isMessage ? (sanitiseStartData(data) as JsonObject) : {},
  );
  if (!found) throw notFound();
}

function notCatchEvent({ type }: FlowElement): ApiError {
  const name = CLASSES[type] ?? type.charAt(0).toUpperCase() + type.slice(1);
  const message = `Invalid element, not a catch event ProcessMaker\\Nayra\\Bpmn\\Models\\${name}`;
  return new ApiError(423, { message });
}
