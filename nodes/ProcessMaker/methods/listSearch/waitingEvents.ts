import { NodeApiError, type ILoadOptionsFunctions, type INodeListSearchResult } from 'n8n-workflow';

import { asText } from '../../guards';
import { RequestIds, toRequestReference } from '../../api/requests/requestReference';
import { connect } from '../../transport/connection';
import { readList } from '../../transport/pagination';
import { apiPath } from '../../transport/request';
import { unwrap } from '../unwrap';

/**
 * The events at which the chosen Request waits, for administrators: `GET /api/1.0/tasks` with `all_tasks`, which shows
 * other users only what is assigned to them.
 */
export async function searchWaitingEvents(
  this: ILoadOptionsFunctions,
  filter = '',
): Promise<INodeListSearchResult> {
  const connection = await connect(this);
  const reference = unwrap(
    this,
    toRequestReference(this.getCurrentNodeParameter('request'), connection.instanceUrl),
  );
  const requestId = unwrap(this, await new RequestIds(connection, [reference]).idOf(reference));
  const tokens = unwrap(
    this,
    await readList(connection, {
      path: apiPath('1.0', 'tasks'),
      qs: { process_request_id: requestId, status: 'ACTIVE', all_tasks: 'true', order_by: 'id' },
    }),
  );
  const events = tokens.filter(({ element_type: type }) => /event$/i.test(asText(type)));
  if (events.length === 0) {
    const message = `No event that waits in Request ${requestId} can be shown`;
    const description =
      "ProcessMaker shows them to administrators only, and only while the Request waits there. Enter the event 'By ID'.";
    throw new NodeApiError(this.getNode(), { message }, { message, description });
  }
  const wanted = filter.trim().toLowerCase();
  return {
    results: events
      .map(({ element_id: id, element_name: name }) => ({
        name: asText(name) || asText(id),
        value: asText(id),
        description: asText(id),
      }))
      .filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted)),
  };
}
