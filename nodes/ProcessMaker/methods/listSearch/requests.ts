import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { asText } from '../../guards';
import { pmqlAll } from '../../api/pmql';
import { requestUrl } from '../../api/requests/simplifyRequest';
import { connect } from '../../transport/connection';
import { readPage } from '../../transport/pagination';
import { apiPath } from '../../transport/request';
import { unwrap } from '../unwrap';
import { typedNumber } from './page';

const PAGE_SIZE = 50;

/**
 * The Requests that the user of the access token may see, the newest first: `GET /api/1.0/requests`.
 *
 * @param filter a case number or an id, or a text to look for in the name, the data and more
 * @param before the id at which the page before has ended
 */
export async function searchRequests(
  this: ILoadOptionsFunctions,
  filter = '',
  before?: string,
): Promise<INodeListSearchResult> {
  const connection = await connect(this);
  const text = filter.trim();
  const number = typedNumber(text);
  // Further pages are found by id, since new Requests would move the borders of pages.
  const pmql = pmqlAll([
    ...(number === undefined ? [] : [`case_number = ${number} OR id = ${number}`]),
    ...(before === undefined ? [] : [`id < ${before}`]),
  ]);
  const call = {
    path: apiPath('1.0', 'requests'),
    qs: {
      ...(pmql !== '' && { pmql }),
      ...(number === undefined && text !== '' && { filter: text }),
      order_by: 'id',
      order_direction: 'desc',
    },
    pageSize: PAGE_SIZE,
  };
  const { entries, lastPage } = unwrap(this, await readPage(connection, call, 1));
  const results = entries.map(({ id, case_number: caseNumber, name, status }): INodeListSearchItems => {
    const title = typeof caseNumber === 'number' ? `Case #${caseNumber}` : `Request ${asText(id)}`;
    return {
      name: `${title} · ${asText(name)} (${asText(status)})`,
      value: asText(id),
      url: requestUrl(Number(id), connection.instanceUrl),
    };
  });
  const last = entries.at(-1);
  return { results, ...(last && lastPage > 1 && { paginationToken: asText(last.id) }) };
}
