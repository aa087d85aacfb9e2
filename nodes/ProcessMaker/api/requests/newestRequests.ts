import type { Connection } from '../../transport/connection';
import { type ListPage, readPage } from '../../transport/pagination';
import { apiPath } from '../../transport/request';
import { pmqlAll } from '../lists';

/**
 * A page of the Requests that the user of the token may see, the newest first: `GET /api/1.0/requests`.
 *
 * @param wanted a case number or the id of a Request, or a text that ProcessMaker looks for in its own way; empty for all
 * @param before the last id of the page before: by numbers of pages, new Requests would move what each of them holds
 */
export async function readNewestRequests(
  connection: Connection,
  wanted: number | string,
  { pageSize, before }: { pageSize: number; before: string | undefined },
): Promise<ListPage> {
  const pmql = pmqlAll([
    ...(typeof wanted === 'number' ? [`case_number = ${wanted} OR id = ${wanted}`] : []),
    ...(before === undefined ? [] : [`id < ${before}`]),
  ]);
  const qs = {
    ...(pmql !== '' && { pmql }),
    ...(typeof wanted === 'string' && wanted !== '' && { filter: wanted }),
    order_by: 'id',
    order_direction: 'desc',
  };
  return await readPage(connection, { path: apiPath('1.0', 'requests'), qs, pageSize });
}
