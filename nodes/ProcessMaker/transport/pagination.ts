import type { IDataObject } from 'n8n-workflow';

import { isObject, objectsIn } from '../guards';
import type { Connection } from './connection';
import { type ProcessMakerError, unexpectedResponse } from './processMakerError';
import { read, type ReadCall } from './request';

/** As many as ProcessMaker gives in one response everywhere. */
export const PAGE_SIZE = 100;

export interface ListCall extends Omit<ReadCall, 'expects'> {
  limit?: number;
  pageSize?: number;
  /** The query of the page behind an entry, in place of the next number: for entries by id, whose pages may move. */
  behind?: (last: IDataObject) => IDataObject;
  /** What each entry meets when ProcessMaker has heeded the search. */
  isWanted?: (entry: IDataObject) => boolean;
}

/** Pages of one list at most: with 500,000 entries, it holds more than n8n can. */
export const MAX_PAGES = 5000;

/** How many more entries than the first page has told may come while the list is read, and which share of them. */
const MARGIN = 1000;
const MARGIN_SHARE = 0.1;

/** Reads all pages, each entry once, since the list may change meanwhile. What is no list is never an empty one. */
export async function readList(connection: Connection, call: ListCall): Promise<IDataObject[]> {
  return (await readListWithTotal(connection, call)).entries;
}

/** The same, with the highest number of entries that a page said the list has. */
export async function readListWithTotal(
  connection: Connection,
  { limit = Infinity, pageSize = PAGE_SIZE, behind, isWanted, qs, ...call }: ListCall,
): Promise<{ entries: IDataObject[]; total: number }> {
  let total = 0;
  let most = Infinity;
  const entries: IDataObject[] = [];
  const known = new Set<unknown>();
  for (let page = 1, isMore = true; isMore && entries.length < limit; page++) {
    if (page > MAX_PAGES) throw endless(call.path);
    const before = entries.length;
    const last = behind && entries.at(-1);
    const number = last ? 1 : page;
    const query = { ...qs, ...(last && behind(last)) };
    const size = Math.min(pageSize, behind ? limit - before : limit);
    const listed = await readPage(connection, { ...call, qs: query, pageSize: size }, number);
    // Something on the way has ignored the border: to go on would have no end.
    if (last && !isInOrder([last, ...listed.entries], qs?.order_direction === 'desc')) {
      throw unexpectedResponse(
        'The pages of the list are not in the form that ProcessMaker gives them: one begins where it should go on',
      );
    }
    if (isWanted && !listed.entries.every(isWanted)) throw unheeded(call.path);
    if (page === 1 && listed.total >= 0) most = listed.total * (1 + MARGIN_SHARE) + MARGIN;
    isMore = listed.lastPage > number;
    total = Math.max(total, listed.total || 0);
    for (const entry of listed.entries) {
      const identity = entry.id ?? JSON.stringify(entry);
      if (entries.length === limit || known.has(identity)) continue;
      known.add(identity);
      entries.push(entry);
    }
    if (entries.length > most) throw neverEnding(call.path, most);
    // A page that brings nothing new is the end, whatever the number of the last one is.
    if (entries.length === before) break;
  }
  return { entries, total };
}

export interface ListPage {
  entries: IDataObject[];
  lastPage: number;
  /** How many entries the whole list has; NaN when the response does not say. */
  total: number;
}

/** Reads one page. @throws ProcessMakerError when it does not fit together: to go on behind it might have no end */
export async function readPage(
  connection: Connection,
  { qs, pageSize = PAGE_SIZE, ...call }: Omit<ListCall, 'limit' | 'behind'>,
  page = 1,
): Promise<ListPage> {
  const body = await read(connection, { ...call, qs: { ...qs, per_page: pageSize, page } });
  const { data, meta } = body as IDataObject;
  const entries = objectsIn(data);
  const { last_page: lastPage, total, per_page: given } = isObject(meta) ? meta : {};
  const isWhole = Array.isArray(data) && entries.length === data.length;
  if (!isWhole || !Number.isSafeInteger(numberIn(lastPage))) {
    throw unexpectedResponse(
      `The response to ${call.path} is not a list in the form that ProcessMaker gives it`,
    );
  }
  if (entries.length > pageSize) {
    throw changedOnTheWay(
      `The list ${call.path} gives ${entries.length} entries where ${pageSize} were asked for`,
    );
  }
  // Some lists give fewer in a page than was asked for.
  const pages = Math.ceil(numberIn(total) / Math.min(pageSize, numberIn(given) || pageSize));
  if (numberIn(lastPage) > Math.max(1, pages)) {
    throw changedOnTheWay(
      `The list ${call.path} says that it has ${numberIn(lastPage)} pages for ${numberIn(total)} entries`,
    );
  }
  if (qs?.order_by === 'id' && !isInOrder(entries, qs.order_direction === 'desc')) {
    throw changedOnTheWay(`The list ${call.path} is not in the order of the ids, which was asked for`);
  }
  return { entries, lastPage: numberIn(lastPage), total: numberIn(total) };
}

/** A number of a response. An object may hold functions of its own in place of those that make a number of it. */
export function numberIn(value: unknown): number {
  return typeof value === 'object' ? NaN : Number(value);
}

function isInOrder(entries: IDataObject[], isDescending: boolean): boolean {
  const ids = entries.map(({ id }) => (isDescending ? -numberIn(id) : numberIn(id)));
  return ids.every((id, index) => index === 0 || id > Number(ids[index - 1]));
}

/** A response that does not fit together. @param message what came, as a sentence */
export function changedOnTheWay(message: string): ProcessMakerError {
  return unexpectedResponse(message).with({
    description:
      "Something on the way may change the address or the response, such as a cache in front of ProcessMaker: let it pass on both as they are. Check the 'Instance URL' of the credential, too.",
  });
}

/** The search was not heeded: to read on would read everything that there is. */
function unheeded(path: string): ProcessMakerError {
  return changedOnTheWay(`The list ${path} gives entries that were not searched for`);
}

function neverEnding(path: string, most: number): ProcessMakerError {
  return changedOnTheWay(
    `The list ${path} goes on after ${Math.floor(most).toLocaleString('en')} entries, although its first page has told of far fewer`,
  );
}

function endless(path: string): ProcessMakerError {
  return unexpectedResponse(
    `The list ${path} has not ended after ${MAX_PAGES.toLocaleString('en')} pages`,
  ).with({ description: 'Give fewer entries by a limit or by filters.' });
}
