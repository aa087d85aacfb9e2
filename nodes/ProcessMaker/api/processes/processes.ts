import { type IDataObject, jsonParse } from 'n8n-workflow';

import { asText, isObject, objectsIn, parseId } from '../../guards';
import type { Connection } from '../../transport/connection';
import { loadFile } from '../../transport/files';
import { readList } from '../../transport/pagination';
import { explained, unexpectedResponse } from '../../transport/processMakerError';
import { apiPath, read } from '../../transport/request';

export type ProcessReference = { id: number } | { name: string };

export interface StartEvent {
  id: string;
  name: string;
  /** What triggers it besides a person, e.g. `timer`; empty when a person does. */
  triggers: string[];
  screenId: number | undefined;
}

/** A process that the user of the token may start, with the start events that this user may trigger. */
export interface StartableProcess {
  id: number;
  name: string;
  startEvents: StartEvent[];
}

export interface StartTarget {
  processId: number;
  startEventId: string;
}

/** Means "the one start event that this user may trigger by hand" in the Start Event field. */
export const AUTOMATIC = 'automatic';

/** One page holds more processes than an instance has: the server puts together the whole list for every page. */
const STARTABLE_PAGE_SIZE = 1000;

/** What the user of the token may start: `GET /api/1.0/start_processes`, which is open to any valid token. */
export async function listStartable(connection: Connection, qs: IDataObject = {}, limit?: number) {
  const path = apiPath('1.0', 'start_processes');
  return await readList(connection, { path, qs, pageSize: STARTABLE_PAGE_SIZE, limit });
}

/** The same with the start events of each; `filter` is looked for in name, description and category. */
export async function getStartableProcesses(connection: Connection, filter?: string) {
  const processes = await listStartable(connection, filter ? { filter } : {});
  return processes.map((process) => ({
    id: Number(asText(process.id)),
    name: asText(process.name),
    startEvents: startEventsOf(process),
  }));
}

/** The ids of all start events by process, also of those that others may trigger; none where they are not shown. */
export async function readStartEventIds(connection: Connection): Promise<Map<number, string[]>> {
  const processes = await listStartable(connection);
  return new Map(
    processes.flatMap(({ id, start_events: events }) => {
      const ids = objectsIn(events).map((event) => asText(event.id));
      return ids.length > 0 ? [[Number(asText(id)), ids]] : [];
    }),
  );
}

/** All processes that are not archived, or those that are: `GET /api/1.0/processes`, for those who may view processes. */
export async function listViewable(connection: Connection, qs: IDataObject = {}, limit?: number) {
  const call = { path: apiPath('1.0', 'processes'), qs: { order_by: 'id', ...qs }, limit };
  const forbidden = {
    message: 'ProcessMaker does not show all processes to the user of the access token',
    description:
      "Ask a ProcessMaker administrator for the permission to view processes, or choose 'Startable by Me' in 'Show', which needs none.",
  };
  return await readList(connection, call).catch((error: unknown) => {
    throw explained(error, { forbidden });
  });
}

/** Reads one process, for those who may view processes: `GET /api/1.0/processes/{id}`. */
export async function readProcess(connection: Connection, id: number): Promise<IDataObject> {
  const path = apiPath('1.0', 'processes', id);
  const call = { path, qs: { include: 'category,events' }, expects: 'found' } as const;
  const notFound = {
    message: `There is no process ${id}`,
    description: 'It may have been deleted, or the id belongs to another instance.',
  };
  const forbidden = {
    message: `ProcessMaker does not show process ${id} to the user of the access token`,
    description:
      'The user has to be able to start the process, or to have the permission to view processes. Ask a ProcessMaker administrator.',
  };
  const process = await read(connection, call).catch((error: unknown) => {
    throw explained(error, { notFound, forbidden });
  });
  if (isObject(process)) return process;
  throw unexpectedResponse('The response is not a process in the form that ProcessMaker gives it');
}

/** The fields of a process that matter to most workflows. */
export function simplifyProcess(process: IDataObject, instanceUrl: string): IDataObject {
  return {
    id: process.id,
    name: process.name ?? null,
    description: process.description ?? null,
    status: process.status ?? null,
    category: isObject(process.category) ? process.category.name : null,
    startEvents: startEventsOf(process).map(({ id, name, triggers }) => ({ id, name, triggers })),
    createdAt: process.created_at ?? null,
    updatedAt: process.updated_at ?? null,
    url: processUrl(asText(process.id), instanceUrl),
  };
}

/** The page of a process in ProcessMaker. */
export function processUrl(id: number | string, instanceUrl: string): string {
  return `${instanceUrl}/process-browser/${id}`;
}

/** A start event's id, and what else than a person triggers it, e.g. `node_1, timer`. */
export function describeTriggers({ id, triggers }: StartEvent): string {
  return [id, ...triggers].join(', ');
}

/** `startEvents` and `events` hold what the user may trigger, `start_events` all there are. */
function startEventsOf({ startEvents, events }: IDataObject): StartEvent[] {
  return objectsIn(startEvents ?? events).map((event) => {
    const types = objectsIn(event.eventDefinitions).map(({ $type }) => asText($type));
    const triggers = types.map((type) => type.replace(/EventDefinition$/, ''));
    if (isWebEntry(event.config)) triggers.push('web entry');
    const id = asText(event.id);
    return { id, name: asText(event.name) || id, triggers, screenId: parseId(asText(event.screenRef)) };
  });
}

/** `config` is JSON text such as `{"web_entry":null}`. */
function isWebEntry(config: unknown): boolean {
  const parsed: unknown = jsonParse(asText(config), { fallbackValue: {} });
  return isObject(parsed) && isObject(parsed.web_entry);
}

/** Reads the BPMN of a process in its current version, for those who may view processes: `GET /api/1.0/processes/{id}/bpmn`. */
export async function readBpmn(connection: Connection, processId: number): Promise<string> {
  return (await loadFile(connection, apiPath('1.0', 'processes', processId, 'bpmn'))).toString();
}

const EVENTS = /<(?:\w+:)?(intermediateCatchEvent|boundaryEvent)\b[^>]*[^/]>.*?<\/(?:\w+:)?\1>/gs;

const eventTexts = (bpmn: string): string[] => bpmn.match(EVENTS) ?? [];

const beginningOf = (xml: string): string => xml.slice(0, xml.indexOf('>'));

/** An element of a process that can be chosen from a list. */
interface Named {
  id: string;
  name: string;
}

/** The events of a process at which a Request can wait. */
export function eventsIn(bpmn: string): Named[] {
  return eventTexts(bpmn).map((xml) => nameIn(beginningOf(xml)));
}

/** What an event waits for, such as `message`, `signal` or `timer`; undefined when it is not in the BPMN. */
export function eventKind(bpmn: string, eventId: string): string | undefined {
  const event = eventTexts(bpmn).find((xml) => beginningOf(xml).includes(` id="${eventId}"`)) ?? '';
  const kinds = [...event.matchAll(/<(?:\w+:)?(\w+)EventDefinition\b/g)].map(([, kind]) => kind);
  return kinds.includes('message') ? 'message' : kinds[0];
}

/** The beginning of each element, with its attributes. */
const ELEMENTS = /<(?:\w+:)?\w+((?:\s+[\w:.-]+="[^"]*")*)\s*\/?>/g;

/** The same of each element in which a person does something. */
const TASKS = /<(?:\w+:)?(?:task|userTask|manualTask)((?:\s+[\w:.-]+="[^"]*")*)\s*\/?>/g;

/** The id and the name of each Task of a process. */
export function tasksIn(bpmn: string): Named[] {
  return [...bpmn.matchAll(TASKS)].map(([, attributes = '']) => nameIn(attributes));
}

function nameIn(attributes: string): Named {
  const id = attributeOf(attributes, 'id');
  return { id, name: attributeOf(attributes, 'name') || id };
}

const ENTITIES: Record<string, string> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };

/** Empty when it is not there. One of ProcessMaker's own has a prefix. ProcessMaker writes quotes by their number, editors by their name. */
function attributeOf(attributes: string, name: string): string {
  const [, text = ''] = new RegExp(`\\s(?:pm:)?${name}="([^"]*)"`).exec(attributes) ?? [];
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, entity) => {
    const code = decimal ? Number(decimal) : parseInt(String(hex ?? ''), 16);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    return ENTITIES[String(entity)] ?? String(whole);
  });
}

/** How often a script is tried again, and when. */
export interface Retries {
  attempts: number;
  waitSeconds: number;
}

/** What an element says of its further attempts. What is left to the settings of the script itself counts as none. */
export function retriesOf(bpmn: string, elementId: string): Retries {
  const all = [...bpmn.matchAll(ELEMENTS)].map(([, attributes = '']) => attributes);
  const attributes = all.find((some) => some.includes(` id="${elementId}"`)) ?? '';
  const handling: unknown = jsonParse(attributeOf(attributes, 'errorHandling'), { fallbackValue: {} });
  const { retry_attempts: attempts, retry_wait_time: wait } = isObject(handling) ? handling : {};
  return { attempts: Number(attempts) || 0, waitSeconds: Number(wait) || 0 };
}
