import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { asText, isObject } from '../../guards';
import { taskUrl } from '../../api/tasks/simplifyTask';
import { connect } from '../../transport/connection';
import { apiPath } from '../../transport/request';
import { searchPage, typedNumber } from './page';

/**
 * The open Tasks that the user of the access token may see, the newest first, with a link to the page of each. A number
 * is looked for as a case number and as the id of a Task, any other text in ProcessMaker's own way.
 */
export async function searchTasks(
  this: ILoadOptionsFunctions,
  filter = '',
  paginationToken?: string,
): Promise<INodeListSearchResult> {
  const connection = await connect(this);
  const text = filter.trim();
  const number = typedNumber(text);
  const search =
    number === undefined
      ? text && { filter: text }
      : { pmql: `(case_number = ${number}) OR (id = ${number})` };
  const qs = { status: 'ACTIVE', order_by: 'id', order_direction: 'desc', ...search };
  return await searchPage(
    this,
    connection,
    { path: apiPath('1.0', 'tasks'), qs },
    paginationToken,
    (task) => ({
      name: nameOf(task),
      value: asText(task.id),
      url: taskUrl(Number(task.id), connection.instanceUrl),
    }),
  );
}

/** E.g. `Approve · Case #42 · Purchase order`. */
function nameOf({ element_name: name, process_request: request }: IDataObject): string {
  const { case_number: caseNumber, name: process } = isObject(request) ? request : {};
  const parts = [asText(name), asText(caseNumber) && `Case #${asText(caseNumber)}`, asText(process)];
  return parts.filter((part) => part !== '').join(' · ');
}
