import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { readOpenTasks, taskUrl } from '../../api/tasks/tasks';
import { withConnection } from '../../execution/nodeError';
import { asText, isObject } from '../../guards';
import { numberOrText, searchPage } from './page';

/** The open Tasks that the user of the access token may see, the newest first, with a link to the page of each. */
export async function searchTasks(
  this: ILoadOptionsFunctions,
  filter = '',
  paginationToken?: string,
): Promise<INodeListSearchResult> {
  return await withConnection(
    this,
    async (connection) =>
      await searchPage(
        paginationToken,
        async (place) => await readOpenTasks(connection, numberOrText(filter), place),
        (task) => ({
          name: nameOf(task),
          value: asText(task.id),
          url: taskUrl(Number(task.id), connection.instanceUrl),
        }),
      ),
  );
}

/** E.g. `Approve · Case #42 · Purchase order`. */
function nameOf({ element_name: name, process_request: request }: IDataObject): string {
  const { case_number: caseNumber, name: process } = isObject(request) ? request : {};
  const parts = [asText(name), asText(caseNumber) && `Case #${asText(caseNumber)}`, asText(process)];
  return parts.filter((part) => part !== '').join(' · ');
}
