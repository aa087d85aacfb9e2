import type { IDataObject, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { asText, parseId } from '../../guards';
import type { ListPage } from '../../transport/pagination';

/** So many entries at once; n8n asks for more while a person scrolls. */
export const PAGE_SIZE = 50;

/**
 * One page of a locator's list.
 *
 * @param token what the page before gave as `paginationToken`
 */
export async function searchPage(
  token: string | undefined,
  readPage: (place: { pageSize: number; page: number }) => Promise<ListPage>,
  toEntry: (entry: IDataObject) => INodeListSearchItems,
): Promise<INodeListSearchResult> {
  const page = token === undefined ? 1 : Number(token);
  const { entries, lastPage } = await readPage({ pageSize: PAGE_SIZE, page });
  return {
    results: entries.map(toEntry),
    ...(page < lastPage && { paginationToken: String(page + 1) }),
  };
}

/** What a person types to find a Request or a Task: a number, as `42`, `#42` or `Case #42`, or a text. */
export function numberOrText(filter: string): number | string {
  const text = filter.trim();
  return parseId(text.replace(/^(?:case\s*)?#\s*/i, '')) ?? text;
}

/** The entries that hold what a person has typed, in one of these fields. */
export function matching(
  entries: INodeListSearchItems[],
  filter: string,
  fields: Array<'name' | 'value' | 'description'>,
): INodeListSearchItems[] {
  const wanted = filter.trim().toLowerCase();
  return entries.filter((entry) => {
    const text = fields.map((field) => asText(entry[field])).join(' ');
    return text.toLowerCase().includes(wanted);
  });
}
