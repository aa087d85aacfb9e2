import type { Json, JsonObject } from '../types';
import { serverError } from './errors';
import { escapeHtml } from '../pages/html';
import type { Query } from './query';

const PAGES_ON_EACH_SIDE = 3;

/** Which page of a list is asked for. What is no page number counts as 1; a size below 1 breaks the real server. */
export interface Page {
  number: number;
  size: number;
}

/** How long a page is that is asked for with no rows at all, where that does not break the server. */
export const NO_ROWS = 15;

/** Reads `page` and `per_page`. */
export function pageOf(query: Query, noRows?: typeof NO_ROWS): Page {
  const number = /^\d+$/.test(query.text('page')) ? Math.max(Number(query.text('page')), 1) : 1;
  const size = query.has('per_page') ? query.text('per_page') : '10';
  const rows = /^\d+$/.test(size) ? Number(size) || noRows : undefined;
  if (rows === undefined) throw serverError();
  return { number, size: rows };
}

/** The page of a list that the server works out in full: a negative size leaves out rows at the end. */
export function signedPageOf(query: Query): Page {
  const size = /^-\d+$/.test(query.text('per_page')) ? Number(query.text('per_page')) : 0;
  return size < 0 ? { number: 1, size } : pageOf(query);
}

/** The rows of a page. */
export function pageRows<Row>(rows: Row[], { number, size }: Page): Row[] {
  const first = (number - 1) * size;
  return size < 0 ? rows.slice(0, size) : rows.slice(first, first + size);
}

/** The envelope of every list. Most lists tell a path that leads nowhere, some their own URL. */
export function collection(data: Json[], total: number, page: Page, query: Query, url = '/'): JsonObject {
  const lastPage = Math.max(Math.ceil(total / page.size), 1);
  const first = (page.number - 1) * page.size + 1;
  const empty = data.length === 0;
  return {
    data,
    meta: {
      filter: escapeHtml(query.search()),
      sort_by: query.text('order_by'),
      sort_order: query.text('order_direction'),
      count: data.length,
      total_pages: Math.ceil(total / page.size),
      current_page: page.number,
      from: empty ? null : first,
      last_page: lastPage,
      links: links(url, page.number, lastPage),
      path: url,
      per_page: page.size,
      to: empty ? null : first + data.length - 1,
      total,
    },
  };
}

function links(path: string, current: number, last: number): Json[] {
  const link = (page: number | null, label: string): JsonObject => ({
    url: page === null ? null : `${path}?page=${page}`,
    label,
    active: label === String(current),
  });
  const gap = { url: null, label: '...', active: false };
  const pages = pageWindow(current, last).map((page) => (page === null ? gap : link(page, String(page))));
  return [
    link(current > 1 ? current - 1 : null, '&laquo; Previous'),
    ...pages,
    link(current < last ? current + 1 : null, 'Next &raquo;'),
  ];
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** The pages that are linked; null is a gap. */
function pageWindow(current: number, last: number): (number | null)[] {
  const side = PAGES_ON_EACH_SIDE;
  if (last < side * 2 + 8) return range(1, last);
  const edge = side + 4;
  if (current <= edge) return [...range(1, edge + side), null, last - 1, last];
  if (current > last - edge) return [1, 2, null, ...range(last - (edge + side - 1), last)];
  return [1, 2, null, ...range(current - side, current + side), null, last - 1, last];
}
