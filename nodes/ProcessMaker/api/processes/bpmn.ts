import type { Connection } from '../../transport/connection';
import { loadFile } from '../../transport/files';
import { apiPath } from '../../transport/request';

/** Reads the BPMN of a process in its current version, for those who may view processes: `GET /api/1.0/processes/{id}/bpmn`. */
export async function readBpmn(connection: Connection, processId: number): Promise<string> {
  return (await loadFile(connection, apiPath('1.0', 'processes', processId, 'bpmn'))).toString();
}

const EVENTS = /<(?:\w+:)?(intermediateCatchEvent|boundaryEvent)\b[^>]*[^/]>.*?<\/(?:\w+:)?\1>/gs;

/** What an event waits for, such as `message`, `signal` or `timer`; undefined when it is not in the BPMN. */
export function eventKind(bpmn: string, eventId: string): string | undefined {
  const events = bpmn.match(EVENTS) ?? [];
  const event = events.find((xml) => xml.slice(0, xml.indexOf('>')).includes(` id="${eventId}"`)) ?? '';
  const kinds = [...event.matchAll(/<(?:\w+:)?(\w+)EventDefinition\b/g)].map(([, kind]) => kind);
  return kinds.includes('message') ? 'message' : kinds[0];
}
