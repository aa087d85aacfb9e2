import type {
  IDataObject,
  ILoadOptionsFunctions,
  INodeListSearchItems,
  INodeListSearchResult,
} from 'n8n-workflow';

import { readFiles, variableOf } from '../../api/files/files';
import { readNewestRequests } from '../../api/requests/newestRequests';
import { requestUrl } from '../../api/requests/requests';
import { listWaitingEvents } from '../../api/tasks/tasks';
import { withConnection } from '../../execution/nodeError';
import { RequestIds } from '../../execution/readers';
import { asText } from '../../guards';
import { toRequestReference } from '../../input/references';
import type { Connection } from '../../transport/connection';
import { ProcessMakerError } from '../../transport/processMakerError';
import { matching, numberOrText, PAGE_SIZE } from './page';

/**
 * The Requests that the user of the access token may see, the newest first, with a link to the page of each.
 *
 * @param before the id at which the page before has ended
 */
export async function searchRequests(
  this: ILoadOptionsFunctions,
  filter = '',
  before?: string,
): Promise<INodeListSearchResult> {
  return await withConnection(this, async (connection) => {
    const place = { pageSize: PAGE_SIZE, before };
    const { entries, lastPage } = await readNewestRequests(connection, numberOrText(filter), place);
    const last = entries.at(-1);
    return {
      results: entries.map((request) => toEntry(request, connection.instanceUrl)),
      ...(last && lastPage > 1 && { paginationToken: asText(last.id) }),
    };
  });
}

function toEntry(
  { id, case_number: caseNumber, name, status }: IDataObject,
  instanceUrl: string,
): INodeListSearchItems {
  const title = typeof caseNumber === 'number' ? `Case #${caseNumber}` : `Request ${asText(id)}`;
  return {
    name: `${title} · ${asText(name)} (${asText(status)})`,
    value: asText(id),
    url: requestUrl(Number(id), instanceUrl),
  };
}

/** The files of the Request that is chosen in the node. */
export async function searchFiles(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
  return await withConnection(this, async (connection) => {
    const files = await readFiles(connection, await chosenRequestId(this, connection));
    const entries = files.map((file) => ({
      name: file.file_name,
      value: String(file.id),
      description: `Variable: ${variableOf(file)}`,
    }));
    return { results: matching(entries, filter, ['name', 'description']) };
  });
}

/** The events at which the chosen Request waits, for administrators. */
export async function searchWaitingEvents(
  this: ILoadOptionsFunctions,
  filter = '',
): Promise<INodeListSearchResult> {
  return await withConnection(this, async (connection) => {
    const requestId = await chosenRequestId(this, connection);
    const events = await listWaitingEvents(connection, requestId);
    if (events.length === 0) throw noEventShown(requestId);
    const entries = events.map(({ id, name }) => ({ name, value: id, description: id }));
    return { results: matching(entries, filter, ['name', 'value']) };
  });
}

async function chosenRequestId(context: ILoadOptionsFunctions, connection: Connection): Promise<number> {
  const reference = toRequestReference(context.getCurrentNodeParameter('request'), connection.instanceUrl);
  return await new RequestIds(connection, [{ reference }]).idOf(reference);
}

function noEventShown(requestId: number) {
  return new ProcessMakerError({
    kind: 'notFound',
    message: `No event that waits in Request ${requestId} can be shown`,
    description:
      "ProcessMaker shows them to administrators only, and only while the Request waits there. Enter the event 'By ID'.",
    delivery: 'notProcessed',
  });
}
