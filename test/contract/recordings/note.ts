import type { JsonObject } from '../../processmaker';
import type { Recording } from './recording';

/** A Request whose data the note of a recording tells. */
export interface NotedRequest {
  id: number;
  data: JsonObject;
}

/** The Request of `Request 17 has the data {…}` in the note of a recording. */
export function notedRequest({ context }: Recording): NotedRequest | undefined {
  const [, id, data] = /Request (\d+) has the data (\{.*\})/.exec(context.note ?? '') ?? [];
  if (id === undefined || data === undefined) return undefined;
  try {
    return { id: Number(id), data: JSON.parse(data) as JsonObject };
  } catch {
    return undefined;
  }
}

/** How large the Request is that a note calls so, in bytes: `holds 1.2 MB of data`, `A Request of about 10 MB`. */
export function notedSize({ context }: Recording): number | undefined {
  const megabytes = /Request\b.*?\b(\d+(?:\.\d+)?) MB/.exec(context.note ?? '')?.[1];
  return megabytes === undefined ? undefined : Math.ceil(Number(megabytes) * 1024 * 1024);
}

/** The status of a Request that a note tells, such as `in ERROR since…` or `it had been canceled`. */
export function notedStatus({ context }: Recording): string | undefined {
  const note = context.note ?? '';
  const [, status] = /\b(?:in|is|was|status) (ACTIVE|COMPLETED|ERROR|CANCELED)\b/.exec(note) ?? [];
  const [, past] = /\b(?:it|Request) (?:was|had been|has been) (canceled|completed)\b/.exec(note) ?? [];
  return status ?? past?.toUpperCase();
}

/** The kind of intermediate event that a note tells. */
export function notedEvent({ context }: Recording): 'message' | 'signal' | 'timer' {
  if (/\bsignal\b/.test(context.note ?? '')) return 'signal';
  return /\btimer\b/.test(context.note ?? '') ? 'timer' : 'message';
}

/**
 * What stands in the data where a text search finds something: the text is escaped as in JSON, and then its backslashes
 * are doubled. Any other text stands for itself.
 */
export function searchedText(filter: string): string {
  const text = filter.replaceAll('\\\\', '\\');
  try {
    // A text in its quotes is looked for as the JSON of the data holds it.
    return JSON.parse(/^".*"$/.test(text) ? text : `"${text}"`) as string;
  } catch {
    return filter;
  }
}
