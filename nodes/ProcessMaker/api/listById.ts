import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../transport/connection';
import type { Failure, Result } from '../transport/failure';
import { readPage, type ListCall } from '../transport/pagination';
import { asText } from '../guards';
import { pmqlAll } from './pmql';

const PAGE_SIZE = 100;

/** In which order a list is read or sorted. */
export interface ListOrder {
  /** As the API names it. */
  field: string;
  direction: 'asc' | 'desc';
}

/**
 * Reads a list in the order of the ids, each page behind the last id of the one before (`pmql=… AND id < …`): borders of
 * pages would move when entries come, go or change meanwhile, and some would be missed.
 *
 * @param call its `qs` may hold `pmql`
 * @returns a failure also when an answer does not go on behind that id
 */
export async function listById(
  connection: Connection,
  { path, qs = {}, limit = Infinity, maxReads }: ListCall,
  direction: ListOrder['direction'],
): Promise<Result<IDataObject[]>> {
  const found: IDataObject[] = [];
  for (;;) {
    const last = found.at(-1);
    const border = last ? [`id ${direction === 'asc' ? '>' : '<'} ${asText(last.id)}`] : [];
    const pmql = pmqlAll([...(qs.pmql ? [asText(qs.pmql)] : []), ...border]);
    const call = {
      path,
      qs: { ...qs, ...(pmql !== '' && { pmql }), order_by: 'id', order_direction: direction },
      pageSize: Math.min(PAGE_SIZE, limit - found.length),
      maxReads,
    };
    const page = await readPage(connection, call, 1);
    if (!page.ok) return page;
    const { entries, lastPage } = page.value;
    // Something on the way has ignored the border: to go on would have no end.
    if (last && entries.some(({ id }) => id === last.id)) return { ok: false, failure: NOT_BY_ID };
    found.push(...entries);
    if (lastPage <= 1 || entries.length === 0 || found.length >= limit) return { ok: true, value: found };
  }
}

const NOT_BY_ID: Failure = {
  kind: 'foreignAnswer',
  message:
    'The pages of the list are not in the form that ProcessMaker gives them: one begins where it should go on',
  description: "Check the 'Instance URL' of the credential.",
  delivery: 'notProcessed',
};

/** As the database sorts: what has no value is the lowest. For lists that are read by id. */
export function comparing({ field, direction }: ListOrder) {
  const sign = direction === 'asc' ? 1 : -1;
  return (a: IDataObject, b: IDataObject): number =>
    sign * (compare(a[field], b[field]) || Number(a.id) - Number(b.id));
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return asText(a).localeCompare(asText(b));
}
