import { tryToParseDateTime } from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';

/** ProcessMaker compares no more of a text. */
const MAX_LENGTH = 255;

/**
 * A text as a value of PMQL, ProcessMaker's query language, in its quotes.
 *
 * @param parameter the display name of the parameter that gives it
 * @returns a failure for what PMQL cannot hold: it would answer with an empty list
 */
export function pmqlText(text: string, parameter: string): Result<string> {
  const advice = "Look for a part of it without them, or use 'Text', which searches in another way.";
  if (/["'\\]/.test(text)) {
    return inputFailure(
      `'${parameter}' holds "${text}", and ProcessMaker cannot search for quotes or backslashes`,
      advice,
    );
  }
  if (text.length > MAX_LENGTH) {
    return inputFailure(
      `'${parameter}' is ${text.length} characters long, and ProcessMaker compares only the first ${MAX_LENGTH}`,
      'Give a shorter text.',
    );
  }
  return { ok: true, value: `"${text}"` };
}

/**
 * A point in time as a value of PMQL, in its quotes. In UTC, since ProcessMaker reads one without a zone in the time
 * zone of the token's user.
 *
 * @param value what n8n's date fields and expressions give: ISO text, with or without a zone, a date or milliseconds
 * @param timezone that of the workflow, for a time without a zone
 */
export function pmqlTime(value: unknown, parameter: string, timezone: string): Result<string> {
  try {
    const time = tryToParseDateTime(typeof value === 'number' ? new Date(value) : value, timezone);
    return { ok: true, value: `"${time.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'")}"` };
  } catch {
    return inputFailure(
      `'${parameter}' holds "${String(value)}", which is no date`,
      'Give a date and time, e.g. 2026-11-24T09:30:00Z.',
    );
  }
}

/** Conditions that all have to be met; empty when there are none. */
export function pmqlAll(conditions: string[]): string {
  return conditions.length < 2 ? (conditions[0] ?? '') : conditions.map((one) => `(${one})`).join(' AND ');
}
