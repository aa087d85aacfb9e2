import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import { readList } from '../../transport/pagination';
import { apiPath } from '../../transport/request';
import type { Result } from '../../transport/failure';
import { asText, isObject, objectsIn } from '../../guards';
import { parseId } from '../../input/locators';

/** One page holds more processes than an instance has: the server works out the whole list for every page. */
export const STARTABLE_PAGE_SIZE = 1000;

export interface StartEvent {
  id: string;
  name: string;
  /** What triggers it besides a person, e.g. `timer`; empty when a person does. */
  triggers: string[];
  /** The id of its form's screen. */
  screenId: number | undefined;
}

/** A process that the user of the token may start, with the start events that this user may trigger. */
export interface StartableProcess {
  id: number;
  name: string;
  startEvents: StartEvent[];
}

/**
 * What the user of the token may start: `GET /api/1.0/start_processes`, which answers for any valid token.
 *
 * @param filter text to look for in name, description and category
 */
export async function getStartableProcesses(
  connection: Connection,
  filter?: string,
): Promise<Result<StartableProcess[]>> {
  const list = await readList(connection, {
    path: apiPath('1.0', 'start_processes'),
    qs: filter ? { filter } : {},
    pageSize: STARTABLE_PAGE_SIZE,
  });
  return list.ok ? { ok: true, value: list.value.map(toStartableProcess) } : list;
}

function toStartableProcess(process: IDataObject): StartableProcess {
  // `startEvents` and `events` are filtered by the user's permission, `start_events` is not.
  return {
    id: Number(process.id),
    name: asText(process.name),
    startEvents: objectsIn(process.startEvents ?? process.events).map(toStartEvent),
  };
}

/** A start event as the lists of processes give it. */
export function toStartEvent(event: IDataObject): StartEvent {
  const triggers = objectsIn(event.eventDefinitions).map(({ $type }) =>
    asText($type).replace(/EventDefinition$/, ''),
  );
  if (isWebEntry(event.config)) triggers.push('web entry');
  const id = asText(event.id);
  return { id, name: asText(event.name) || id, triggers, screenId: parseId(asText(event.screenRef)) };
}

/** `config` is JSON text such as `{"web_entry":null}`. */
function isWebEntry(config: unknown): boolean {
  if (typeof config !== 'string' || config === '') return false;
  try {
    const parsed: unknown = JSON.parse(config);
    return isObject(parsed) && isObject(parsed.web_entry);
  } catch {
    return false;
  }
}
