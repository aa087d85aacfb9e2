import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import { apiPath, callApiPatiently } from '../transport/request';
import type { Result } from '../transport/failure';
import { asText, isObject, objectsIn } from './guards';

/** One page holds more processes than an instance has: the server works out the whole list for every page. */
const PAGE_SIZE = 1000;

export interface StartEvent {
  id: string;
  name: string;
  /** What triggers it besides a person, e.g. `timer`; empty when a person does. */
  triggers: string[];
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
  const processes: StartableProcess[] = [];
  for (let page = 1, lastPage = 1; page <= lastPage; page++) {
    const qs: IDataObject = { per_page: PAGE_SIZE, page, ...(filter && { filter }) };
    const result = await callApiPatiently(connection, {
      method: 'GET',
      path: apiPath('1.0', 'start_processes'),
      qs,
    });
    if (!result.ok) return result;
    const { data, meta } = result.value as IDataObject;
    if (!Array.isArray(data)) return foreignList();
    processes.push(...objectsIn(data).map(toStartableProcess));
    lastPage = isObject(meta) ? Number(meta.last_page) : 1;
  }
  return { ok: true, value: processes };
}

function toStartableProcess(process: IDataObject): StartableProcess {
  // `startEvents` and `events` are filtered by the user's permission, `start_events` is not.
  return {
    id: Number(process.id),
    name: asText(process.name),
    startEvents: objectsIn(process.startEvents ?? process.events).map(toStartEvent),
  };
}

function toStartEvent(event: IDataObject): StartEvent {
  const triggers = objectsIn(event.eventDefinitions).map(({ $type }) =>
    asText($type).replace(/EventDefinition$/, ''),
  );
  if (isWebEntry(event.config)) triggers.push('web entry');
  const id = asText(event.id);
  return { id, name: asText(event.name) || id, triggers };
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

function foreignList(): Result<never> {
  return {
    ok: false,
    failure: {
      kind: 'foreignAnswer',
      message: 'The list of processes is not in the form that ProcessMaker gives it',
      description: "Check the 'Instance URL' of the credential.",
      delivery: 'notProcessed',
    },
  };
}
