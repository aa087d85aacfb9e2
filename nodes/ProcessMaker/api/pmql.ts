import { tryToParseDateTime } from 'n8n-workflow';

import { inputError } from '../transport/processMakerError';

/** ProcessMaker compares no more of a text. */
const MAX_LENGTH = 255;

/**
 * A text as a value of PMQL, ProcessMaker's query language, in its quotes.
 *
 * @param parameter the display name of the parameter that gives it
 * @throws ProcessMakerError for what PMQL cannot hold: it would find nothing
 */
export function pmqlText(text: string, parameter: string): string {
  const advice = "Look for a part of it without them, or use 'Text', which searches in another way.";
  if (/["'\\]/.test(text)) {
    throw inputError(
      `'${parameter}' holds "${text}", and ProcessMaker cannot search for quotes or backslashes`,
      advice,
    );
  }
  if (text.length > MAX_LENGTH) {
    throw inputError(
      `'${parameter}' is ${text.length} characters long, and ProcessMaker compares only the first ${MAX_LENGTH}`,
      'Give a shorter text.',
    );
  }
  return `"${text}"`;
}

/**
 * A point in time as a value of PMQL, in its quotes. In UTC, since ProcessMaker reads one without a zone in the time
 * zone of the token's user.
 *
 * @param value what n8n's date fields and expressions give: ISO text, with or without a zone, a date or milliseconds
 * @param timezone that of the workflow, for a time without a zone
 * @throws ProcessMakerError for what is no date
 */
export function pmqlTime(value: unknown, parameter: string, timezone: string): string {
  try {
    const time = tryToParseDateTime(typeof value === 'number' ? new Date(value) : value, timezone);
    return `"${time.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'")}"`;
  } catch {
    throw inputError(
      `'${parameter}' holds "${String(value)}", which is no date`,
      'Give a date and time, e.g. 2026-11-24T09:30:00Z.',
    );
  }
}

/** Conditions that all have to be met; empty when there are none. */
export function pmqlAll(conditions: string[]): string {
  return conditions.length < 2 ? (conditions[0] ?? '') : conditions.map((one) => `(${one})`).join(' AND ');
}
