import type { IDataObject } from 'n8n-workflow';

import { asText, isObject, objectsIn } from '../../guards';
import type { Connection } from '../../transport/connection';
import { unexpectedResponse } from '../../transport/processMakerError';
import { nameOfUser } from '../users/users';
import { type ApiRequest, includesOf, readPages } from './requests';

/** By it a start is found again. What begins with an underscore is searched, but not shown in forms and `include=data`. */
export const KEY_FIELD = '_n8n_key';

/** ProcessMaker puts its own values there; data that came out of ProcessMaker often holds them. */
export const SET_BY_SERVER: readonly string[] = ['_request', '_user'];

/** Fields of a Request's data that are ProcessMaker's own; `_parent` makes the Request part of another one. */
export const OWN_FIELDS: readonly string[] = [...SET_BY_SERVER, '_parent'];

const OWN_PREFIX = '_n8n';

/** What stands before a parameter of a URL, and behind its name: also escaped as in HTML, JSON or a URL within a URL. */
const BEFORE = String.raw`(?:[?&;]|%(?:25)*(?:3f|26)|\\+u00(?:3f|26))`;
const EQUALS = String.raw`(?:=|%(?:25)*3d|\\+u003d|&#61;)`;

/** Of n8n's URL that wakes an execution, with the nodes' own mark of the wait. */
const MARK = new RegExp(`${BEFORE}wait${EQUALS}`, 'i');
const SIGNATURE = new RegExp(
  String.raw`(${BEFORE}signature${EQUALS})(?:(?!%(?:25)*2[36]|\\+u002[36])[^&#\s"'<>])+`,
  'gi',
);

/**
 * A row as it may be shown: no hidden variables, nothing in its data that ProcessMaker has added, and no secret of a URL,
 * which the engine's errors may quote.
 */
export function withShownData<T extends IDataObject>(row: T): T {
  const names = ['data', 'errors'].filter((name) => name in row);
  if (names.length === 0) return row;
  return { ...row, ...Object.fromEntries(names.map((name) => [name, shownPart(name, row[name])])) };
}

function shownPart(name: string, value: unknown): unknown {
  if (name !== 'data') return shown(value);
  // ProcessMaker gives no data as an empty list.
  if (Array.isArray(value) && value.length === 0) return {};
  if (!isObject(value)) return shown(value);
  // Only a Task's data has them: the profile of the user who has started its Request, and a copy of the Request.
  const own = Object.entries(value).filter(([field]) => !SET_BY_SERVER.includes(field));
  return shown(Object.fromEntries(own));
}

/** A text of ProcessMaker's without the secret of the URL of an execution that sleeps. */
export function withoutSignature(text: string): string {
  return MARK.test(text) ? text.replace(SIGNATURE, '$1***') : text;
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return withoutSignature(value);
  if (Array.isArray(value)) return value.map(shown);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([name]) => !name.startsWith(OWN_PREFIX));
  return Object.fromEntries(entries.map(([name, one]) => [name, shown(one)]));
}

/** Of PMQL in one call, so that the URL stays far below the 8 KB that web servers take, even when encoded. */
const MAX_QUERY = 3600;

export interface FoundRequest {
  key: string;
  request: ApiRequest;
  /** The name of the user who has started it, where it was asked for. */
  starter?: string;
}

/** Looks for any of these beginnings of keys, within one process when its id is set. */
export interface KeySearch {
  prefixes: string[];
  processId?: number;
  includeData: boolean;
  includeStarter?: boolean;
}

/** Finds Requests by keys: `pmql=data._n8n_key LIKE "…%"`. Sub-processes, which inherit them, are left out. */
export async function findByKeys(connection: Connection, search: KeySearch): Promise<FoundRequest[]> {
  const found: FoundRequest[] = [];
  const { includeData, includeStarter, processId } = search;
  const includes = ['summary', ...includesOf(includeData), ...(includeStarter ? ['user'] : [])];
  for (const { pmql, prefixes } of queries(search)) {
    const isWanted = (row: IDataObject) => isOfProcess(row, processId) && mayHoldKey(row, prefixes);
    for (const request of await readPages(connection, pmql, includes, { isWanted })) {
      if (typeof request.parent_request_id === 'number') continue;
      const key = asText(summaryValue(request, KEY_FIELD));
      // It was asked for because of the key alone, and holds the whole data again.
      delete request.summary;
      const starter = isObject(request.user) ? nameOfUser(request.user) : undefined;
      if (includeStarter) delete request.user;
      // A Request that was found by its key but does not show it would count as "nothing was started".
      if (key === '') throw keyNotShown();
      // PMQL compares loosely; keys are compared exactly.
      if (prefixes.some((prefix) => key.startsWith(prefix))) found.push({ key, request, starter });
    }
  }
  return found;
}

function isOfProcess({ process_id: of }: IDataObject, processId: number | undefined): boolean {
  return processId === undefined || of === undefined || Number(of) === processId;
}

/** Whether PMQL may have found a row, which takes no notice of capitals. One that does not show its key is looked at later. */
function mayHoldKey(row: IDataObject, prefixes: string[]): boolean {
  const key = asText(summaryValue(row as ApiRequest, KEY_FIELD)).toLowerCase();
  return key === '' || prefixes.some((prefix) => key.startsWith(prefix.toLowerCase()));
}

function keyNotShown() {
  return unexpectedResponse('ProcessMaker does not show the key by which a Request was found').with({
    description: 'Ask an administrator whether the user of the access token may see the summary of Requests.',
  });
}

function queries({ prefixes, processId }: KeySearch): Array<{ pmql: string; prefixes: string[] }> {
  const chunks: string[][] = [];
  let length = Infinity;
  for (const prefix of prefixes) {
    length += condition(prefix).length + OR.length;
    if (length > MAX_QUERY) {
      chunks.push([]);
      length = condition(prefix).length;
    }
    chunks.at(-1)?.push(prefix);
  }
  const scope = processId === undefined ? '' : `(process_id = ${processId}) AND `;
  return chunks.map((chunk) => ({ prefixes: chunk, pmql: `${scope}(${chunk.map(condition).join(OR)})` }));
}

const OR = ' OR ';

function condition(prefix: string): string {
  return `data.${KEY_FIELD} LIKE "${prefix}%"`;
}

/** A field of the data in a Request's summary, which shows hidden ones, too. */
export function summaryValue({ summary }: ApiRequest, field: string): unknown {
  return objectsIn(summary).find(({ key }) => key === field)?.value;
}
