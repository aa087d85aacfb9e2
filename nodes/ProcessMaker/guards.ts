import type { IDataObject } from 'n8n-workflow';

/** Whether a value is an object that is no list. */
export function isObject(value: unknown): value is IDataObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects in a value that should be a list of them; none when it is no list. */
export function objectsIn(value: unknown): IDataObject[] {
  return Array.isArray(value) ? (value as unknown[]).filter(isObject) : [];
}

/** A value that should be text, or a number to be shown as text; empty when it is neither. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** An id as ProcessMaker counts them: a whole number from 1. */
export function parseId(text: string): number | undefined {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

/** What something that was thrown says of itself. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Whether a value is an object with an id and a status, as Requests and Tasks are. */
export function hasIdAndStatus<T extends IDataObject>(value: unknown): value is T {
  const { id, status } = isObject(value) ? value : {};
  return Number.isSafeInteger(id) && Number(id) > 0 && typeof status === 'string';
}
