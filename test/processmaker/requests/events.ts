import { sanitiseStartData } from '../data/sanitise';
import type { RequestRow } from '../database/rows';
import { notFound, serverError } from '../http/errors';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { completeToken } from './progress';
import { activeTokens, findProcess } from './store';

/** Triggers an intermediate event that waits; the data is changed on its way in as at a start, and merged. */
export async function triggerEvent(
  instance: Instance,
  request: RequestRow,
  elementId: string,
  data: JsonObject,
): Promise<void> {
  const process = findProcess(instance, request.process_id);
  if (process === undefined) throw serverError();
  const { elements } = await instance.definitions.definition(process.bpmn);
  if (!elements.has(elementId)) throw serverError();
  const token = activeTokens(instance, request.id).find(
    (candidate) => candidate.element_id === elementId && candidate.element_type === 'intermediateCatchEvent',
  );
  if (token === undefined) throw notFound();
  const found = await completeToken(instance, token.id, sanitiseStartData(data) as JsonObject);
  if (!found) throw notFound();
}
