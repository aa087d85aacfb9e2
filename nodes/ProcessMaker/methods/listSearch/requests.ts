import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { asText } from '../../helpers/guards';
import { parseId } from '../../helpers/locatorValue';
import { pmqlAll } from '../../helpers/pmql';
import { requestUrl } from '../../helpers/simplify';
import { connect } from '../../transport/connection';
import { readList } from '../../transport/list';
import { apiPath } from '../../transport/request';
import { unwrap } from '../unwrap';

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
  const number = parseId(text.replace(/^(?:case\s*)?#/i, ''));
  // Further pages are found by id, since new Requests would move the borders of pages.
  const pmql = pmqlAll([
    ...(number === undefined ? [] : [`case_number = ${number} OR id = ${number}`]),
    ...(before === undefined ? [] : [`id < ${before}`]),
  ]);
  const requests = unwrap(
    this,
    await readList(connection, {
      path: apiPath('1.0', 'requests'),
      qs: {
        ...(pmql !== '' && { pmql }),
        ...(number === undefined && text !== '' && { filter: text }),
        order_by: 'id',
        order_direction: 'desc',
      },
      limit: PAGE_SIZE,
    }),
  );
  const results = requests.map(({ id, case_number: caseNumber, name, status }): INodeListSearchItems => {
    const title = typeof caseNumber === 'number' ? `Case #${caseNumber}` : `Request ${asText(id)}`;
    return {
      name: `${title} · ${asText(name)} (${asText(status)})`,
      value: asText(id),
      url: requestUrl(Number(id), connection.instanceUrl),
    };
  });
  const last = requests[PAGE_SIZE - 1];
  return { results, paginationToken: last && asText(last.id) };
}
