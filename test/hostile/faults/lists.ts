import type { Call } from '../../support/gateway';
import type { Random } from '../random';
import { toText } from './edit';
import { isList, withBody, type Fault, type Treatment } from './fault';

/** A list as ProcessMaker gives it. */
interface List {
  data: Array<Record<string, unknown>>;
  meta: Record<string, unknown>;
}

const fits: Fault['fits'] = ({ readsLists }) => readsLists;

/** Treats the pages of lists, each with what was made of the page before. */
function onLists(change: (list: List, call: Call, pages: number) => List): Treatment {
  const pages = new Map<string, number>();
  return (call) => {
    if (!isList(call)) return undefined;
    const { pathname } = new URL(call.path, 'http://list');
    const number = pages.get(pathname) ?? 0;
    pages.set(pathname, number + 1);
    return withBody((body) => {
      const { data, meta } = (body ?? {}) as Partial<List>;
      if (!Array.isArray(data) || typeof meta !== 'object') return undefined;
      return toText(change({ ...(body as object), data, meta }, call, number));
    });
  };
}

/** So many rows like those of a list, each with an id of its own, in the order that was asked for. */
function rowsLike({ data }: List, { path }: Call, count: number, skipped = 0): List['data'] {
  const [first] = data;
  if (!first) return [];
  const { searchParams } = new URL(path, 'http://list');
  const isDescending = searchParams.get('order_direction') === 'desc';
  const idOf = (index: number) => (isDescending ? LARGE_ID - index : Number(first.id) + index);
  return Array.from({ length: count }, (_, index) => ({
    ...(data[index % data.length] ?? first),
    id: idOf(skipped + index),
  }));
}

/** Ids may go down from there for ever. */
const LARGE_ID = 1e9;
const FULL_PAGE = 100;
const asked = ({ path }: Call) =>
  Number(new URL(path, 'http://list').searchParams.get('per_page')) || FULL_PAGE;

/** A total that is none, the same for all of a case. */
const anyTotal = (random: Random) => random.pick([0, -1, 1e300, 1e9, 501, null, 'x', '\u221e', [], 1.5]);

/** Lists that do not end, or are not what they say. */
export const LIST_FAULTS: Fault[] = [
  {
    name: 'last_page 1e300',
    weight: 3,
    fits,
    begin: (random) => {
      const last = random.pick([1e300, 1e15, '1e300', 2 ** 53]);
      return onLists((list) => ({ ...list, meta: { ...list.meta, last_page: last, total: last } }));
    },
  },
  {
    name: 'the same page for ever',
    weight: 3,
    isLie: true,
    fits,
    begin: (random) => {
      const isFull = random.oneIn(2);
      let page: List | undefined;
      return onLists((list, call, number) => {
        const data = isFull ? rowsLike(list, call, asked(call)) : list.data;
        page ??= data.length > 0 ? { ...list, data } : undefined;
        return { ...(page ?? list), meta: { ...list.meta, last_page: number + 2, total: 1e6 } };
      });
    },
  },
  {
    name: 'new rows for ever',
    makesUpEvents: true,
    weight: 2,
    fits,
    begin: (random) => {
      const total = random.pick([1e6, 1e9, 1e300]);
      let first: List | undefined;
      return onLists((list, call, number) => {
        if (list.data.length > 0) first ??= list;
        if (!first) return list;
        const count = asked(call);
        return {
          ...list,
          data: rowsLike(first, call, count, number * count),
          // It fits together, as a list does that is really so long.
          meta: { ...list.meta, last_page: Math.ceil(total / count), total, per_page: count },
        };
      });
    },
  },
  {
    name: 'totals that lie',
    weight: 3,
    fits,
    begin: (random) => {
      const meta = { total: anyTotal(random), count: anyTotal(random), per_page: anyTotal(random) };
      const isLast = random.oneIn(2);
      return onLists((list) => ({
        ...list,
        meta: { ...list.meta, ...meta, ...(isLast && { last_page: anyTotal(random) }) },
      }));
    },
  },
  {
    name: 'rows at or below the cursor',
    weight: 3,
    isLie: true,
    fits,
    begin: (random) => {
      const isWithLast = random.oneIn(3);
      let page: List | undefined;
      return onLists((list, call) => {
        // Again and again the rows that were there before, in other words those that the border leaves out.
        page ??= list.data.length > 0 ? { ...list, data: rowsLike(list, call, asked(call)) } : undefined;
        const data = page?.data ?? [];
        return {
          ...list,
          data: isWithLast || data.length < 2 ? data : [...data].reverse(),
          meta: { ...list.meta, last_page: 1e6, total: 1e6 },
        };
      });
    },
  },
  {
    name: 'more rows than asked for',
    makesUpEvents: true,
    weight: 3,
    fits,
    begin: () =>
      onLists((list, call) => ({
        ...list,
        data: rowsLike(list, call, 3 * asked(call)),
        meta: { ...list.meta, last_page: 1e6, total: 1e6 },
      })),
  },
];
