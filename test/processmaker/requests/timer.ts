import { DateTime, Duration } from 'luxon';
import type { TokenRow } from '../database/rows';
import type { BoundaryTimer } from '../flow/definition';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { findProcess, findRequest, requestData } from './store';

/** A text of the process with the values of variables in the place of their names in double braces. */
export function filledIn(text: string, data: JsonObject): string {
  return text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_braces, name: string) => {
    const value = data[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  });
}

/** When a timer's time comes; undefined: never, since nobody can read what it says. Nothing is read as now. */
function dueAt({ when }: BoundaryTimer, data: JsonObject, since: Date): Date | undefined {
  const text = filledIn(when, data).trim();
  if (text === '') return since;
  const duration = Duration.fromISO(text);
  const at = duration.isValid ? DateTime.fromJSDate(since).plus(duration) : DateTime.fromISO(text);
  return at.isValid ? at.toJSDate() : undefined;
}

/** Sets the timer of a task that was reached, if it has one. */
export function setTimer(
  instance: Instance,
  tokenId: number,
  requestId: number,
  timer: BoundaryTimer | undefined,
  since = instance.now(),
): void {
  const request = timer && findRequest(instance, requestId);
  const at = request && dueAt(timer, requestData(request), since);
  if (at) instance.timers.set(tokenId, at);
}

/** Sets again what an earlier run of the server had set. */
export async function resumeTimers(instance: Instance): Promise<void> {
  const tokens = instance.database.all<TokenRow>(
    `SELECT * FROM process_request_tokens WHERE status = 'ACTIVE' AND element_type = 'task'`,
  );
  for (const { id, process_id, process_request_id, element_id, created_at } of tokens) {
    const process = findProcess(instance, process_id);
    const definition = process && (await instance.definitions.definition(process.bpmn));
    const since = DateTime.fromSQL(created_at, { zone: 'utc' }).toJSDate();
    setTimer(instance, id, process_request_id, definition?.elements.get(element_id)?.timer, since);
  }
}
