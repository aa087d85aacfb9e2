import type { Json, JsonObject } from '../types';

const EDGES = /^[\s\u200B\u200E\0]+|[\s\u200B\u200E\0]+$/g;

/** Removes markup: server-side tags, comments, HTML tags, and the braces of mustache expressions. */
export function stripMarkup(text: string): string {
  return text
    .replace(/<\?[\s\S]+?\?>/g, '')
    .replace(/<!--[\s\S]+?-->/g, '')
    .replace(/<\/?[a-zA-Z0-9]+[^>]*>/g, '')
    .replaceAll('{{', '')
    .replaceAll('}}', '');
}

/**
 * What happens to data on its way into a start: texts are trimmed, empty ones become null. Markup is removed from the
 * fields themselves, and stays in what is nested in them.
 */
export function sanitiseStartData(data: JsonObject): JsonObject {
  const fields = Object.entries(sanitiseUpdatedData(data) as JsonObject);
  return Object.fromEntries(
    fields.map(([key, value]) => [key, typeof value === 'string' ? stripMarkup(value) : value]),
  );
}

/** What happens to data that replaces a Request's: texts are trimmed, empty ones become null, markup stays. */
export function sanitiseUpdatedData(value: Json): Json {
  return mapTexts(value, (text) => {
    const trimmed = text.replace(EDGES, '');
    return trimmed === '' ? null : trimmed;
  });
}

/** What happens to data on its way into a task: only markup is removed. */
export function sanitiseTaskData(value: Json): Json {
  return mapTexts(value, stripMarkup);
}

function mapTexts(value: Json, change: (text: string) => Json): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}
