import type {
  IDataObject,
  ILoadOptionsFunctions,
  INodeListSearchItems,
  INodeListSearchResult,
} from 'n8n-workflow';

import { parseId } from '../../input/locators';
import type { Connection } from '../../transport/connection';
import type { Failure } from '../../transport/failure';
import { readPage } from '../../transport/pagination';
import { unwrap } from '../unwrap';

/** So many entries at once; n8n asks for more while a person scrolls. */
const PAGE_SIZE = 50;

/** What a locator's list is read with. */
export interface Search {
  /** Below `/api/` (see `apiPath`). */
  path: string;
  qs: IDataObject;
  /** Puts a refusal into words. */
  explain?: (failure: Failure) => Failure;
}

/**
 * One page of a locator's list.
 *
 * @param token what the page before gave as `paginationToken`
 * @throws NodeApiError when ProcessMaker refuses the list
 */
export async function searchPage(
  context: ILoadOptionsFunctions,
  connection: Connection,
  { path, qs, explain = (failure) => failure }: Search,
  token: string | undefined,
  toEntry: (entry: IDataObject) => INodeListSearchItems,
): Promise<INodeListSearchResult> {
  const page = token === undefined ? 1 : Number(token);
  const read = await readPage(connection, { path, qs, pageSize: PAGE_SIZE }, page);
  const { entries, lastPage } = unwrap(
    context,
    read.ok ? read : { ok: false, failure: explain(read.failure) },
  );
  return {
    results: entries.map(toEntry),
    ...(page < lastPage && { paginationToken: String(page + 1) }),
  };
}

/** The number in what a person types to find a Request or a Task: `42`, `#42` or `Case #42`. */
export function typedNumber(filter: string): number | undefined {
  return parseId(filter.trim().replace(/^(?:case\s*)?#\s*/i, ''));
}
