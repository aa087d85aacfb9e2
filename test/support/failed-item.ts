import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { IDataObject } from 'n8n-workflow';

/** What is known of what a failed item was to do. */
export interface Facts {
  outcome?: string;
  requestId?: number;
  httpStatus?: number;
  files?: IDataObject[];
}

/** A failed item as a test reads it, whatever form the node gives it. */
export interface FailedItem extends Facts {
  /** What happened, with the index of the item. */
  message: string;
  /** What to do. */
  description: string;
  /** Both. */
  text: string;
  /** The fields of the item that went in, which n8n adds at the error output. */
  input: IDataObject;
}

const TOLD = new Set(['message', 'description', 'text', 'input']);

/** Whether an item that the node gave is a failed one: no other has this field. */
export function isFailedItem(json: IDataObject): boolean {
  return 'error' in json;
}

/** Reads a failed item; throws an AssertionError for any other. */
export function failedItem(json: IDataObject): FailedItem {
  const { error, ...input } = json;
  const { message, description, ...facts } = isObject(error) ? error : {};
  if (typeof message !== 'string' || typeof description !== 'string') {
    assert.fail(`This is not a failed item: ${inspect(json, { depth: 3 })}`);
  }
  assert.match(message, / \[item \d+\]$/);
  return { ...facts, message, description, text: `${message}. ${description}`, input };
}

/** All that is known of a failed item but its texts and its input: for assertions that nothing else is said. */
export function factsOf(item: FailedItem): Facts {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !TOLD.has(name)));
}

function isObject(value: unknown): value is IDataObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
