import type { IExecuteFunctions } from 'n8n-workflow';

import type { ProcessReference } from '../api/processes/processes';
import type { RequestReference } from '../api/requests/requests';
import { asText, isObject, parseId } from '../guards';
import type { Connection } from '../transport/connection';
import { normalizeInstanceUrl } from '../transport/credential';
import { inputError } from '../transport/processMakerError';

/** A resource locator's value; an expression, or an AI agent, may give the bare value of a list entry. */
export function readLocator(locator: unknown): { mode: string; value: string } {
  const { mode, value } = isObject(locator) ? locator : { mode: 'list', value: locator };
  return { mode: asText(mode), value: asText(value).trim() };
}

/** The page of a Request, its address in the API, and the page of its case, which has another number. */
export const REQUEST_URL = 'https?://[^?#]+/(?:requests|cases)/([0-9]+)(?:[/?#].*)?';
const CASE_URL = /^[^?#]+\/cases\/[0-9]/;

/** A case number, as `42`, `#42` or `Case #42`. */
export const CASE_NUMBER = '(?:[Cc]ase|CASE)?\\s*#?\\s*([0-9]+)';

/** @returns undefined for what is no case number */
function parseCaseNumber(text: string): number | undefined {
  return parseId(new RegExp(`^${CASE_NUMBER}$`).exec(text)?.[1] ?? '');
}

/** The page of a Task, and its address in the API. */
export const TASK_URL = 'https?://.+/tasks/([0-9]+)(?:[/?#].*)?';

/** Pages and API addresses that carry a process's id, e.g. `/process-browser/12`, `/modeler/12`. */
export const PROCESS_URL =
  'https?://.+/(?:process-browser|modeler|processes|process_events)/([0-9]+)(?:[/?#].*)?';

const REQUEST = { thing: 'Request', urlPattern: REQUEST_URL, examplePath: '/requests/4711' };
const TASK = { thing: 'Task', urlPattern: TASK_URL, examplePath: '/tasks/4711/edit' };
const PROCESS = { thing: 'process', urlPattern: PROCESS_URL, examplePath: '/process-browser/12' };

/** The id that a locator gives by list, id or URL. */
function readId(locator: unknown, { instanceUrl }: Connection, kind: typeof REQUEST): number {
  const { mode, value } = readLocator(locator);
  const { thing, urlPattern, examplePath } = kind;
  const parameter = kind === PROCESS ? 'Process' : thing;
  const isUrl = mode === 'url';
  const text = isUrl ? new RegExp(`^${urlPattern}$`).exec(value)?.[1] : value;
  if (text === undefined) {
    throw inputError(
      `'${parameter}' holds "${value}", which is not the address of a ${thing}`,
      `Paste the address of its page, e.g. ${instanceUrl}${examplePath}`,
    );
  }
  // 12 of another instance is something else.
  const urlInstance = isUrl ? normalizeInstanceUrl(value) : instanceUrl;
  if (urlInstance !== instanceUrl) {
    throw inputError(
      `'${parameter}' points to ${urlInstance}, but the credential to ${instanceUrl}`,
      'Paste an address of the same instance, or choose the credential of the other one.',
    );
  }
  const id = parseId(text);
  if (id !== undefined) return id;
  throw inputError(
    text === ''
      ? `No ${thing} is given in '${parameter}'`
      : `'${parameter}' holds "${text}", which is not the id of a ${thing}`,
    `An id is a whole number, e.g. 4711. It is in the address of its page, e.g. ${instanceUrl}${examplePath}`,
  );
}

/** The parameter 'Request' of an item. */
export function readRequestReference(context: IExecuteFunctions, itemIndex: number, connection: Connection) {
  return toRequestReference(context.getNodeParameter('request', itemIndex), connection);
}

/** The Request that a locator gives by list, id, case number or URL. */
export function toRequestReference(locator: unknown, connection: Connection): RequestReference {
  const { mode, value } = readLocator(locator);
  if (mode !== 'caseNumber') {
    const id = readId(locator, connection, REQUEST);
    return mode === 'url' && CASE_URL.test(value) ? { caseNumber: id } : { id };
  }
  const caseNumber = parseCaseNumber(value);
  if (caseNumber !== undefined) return { caseNumber };
  throw inputError(
    value === ''
      ? "No case number is given in 'Request'"
      : `'Request' holds "${value}", which is not a case number`,
    'Enter the number that ProcessMaker shows as "Case #42", e.g. 42.',
  );
}

/** The id in the parameter 'Task' of an item. */
export function readTaskId(context: IExecuteFunctions, itemIndex: number, connection: Connection): number {
  return toTaskId(context.getNodeParameter('task', itemIndex), connection);
}

/** The id of the Task that a locator gives by list, id or URL. */
export function toTaskId(locator: unknown, connection: Connection): number {
  return readId(locator, connection, TASK);
}

/** The parameter 'Process' of an item. */
export function readProcessReference(context: IExecuteFunctions, itemIndex: number, connection: Connection) {
  return toProcessReference(context.getNodeParameter('process', itemIndex), connection);
}

/** The process that a locator gives by list, id, name or URL. */
export function toProcessReference(locator: unknown, connection: Connection): ProcessReference {
  const { mode, value } = readLocator(locator);
  // A name stays in the field, and looks chosen, when a person switches from 'By Name' to 'From List'.
  const isName = mode === 'name' || (mode === 'list' && value !== '' && !/^[0-9]+$/.test(value));
  if (!isName) return { id: readId(locator, connection, PROCESS) };
  if (value !== '') return { name: value };
  throw inputError("No process is given in 'Process'", 'Enter the exact name of the process.');
}

/** The id in the parameter 'User' of an item, or in another one for a user. */
export function readUserId(context: IExecuteFunctions, itemIndex: number, name = 'user', label = 'User') {
  const { value } = readLocator(context.getNodeParameter(name, itemIndex));
  const id = parseId(value);
  if (id !== undefined) return id;
  throw inputError(
    value === ''
      ? `No user is given in '${label}'`
      : `'${label}' holds "${value}", which is not the id of a user`,
    "An id is a whole number, e.g. 12. The operation 'Get Many' of 'User' finds it by a name, for those who may view users.",
  );
}

/** What a person types to find a Request or a Task: a number, as `42`, `#42` or `Case #42`, or a text. */
export function numberOrText(filter: string): number | string {
  const text = filter.trim();
  return parseCaseNumber(text) ?? text;
}
