import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { variableOf } from '../../api/files/apiFile';
import { readFiles } from '../../api/files/requestFiles';
import { RequestIds, toRequestReference } from '../../api/requests/requestReference';
import { connect } from '../../transport/connection';
import { unwrap } from '../unwrap';

/** The files of the Request that is chosen in the node. */
export async function searchFiles(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
  const connection = await connect(this);
  const reference = unwrap(
    this,
    toRequestReference(this.getCurrentNodeParameter('request'), connection.instanceUrl),
  );
  const requestId = unwrap(this, await new RequestIds(connection, [reference]).idOf(reference));
  const files = unwrap(this, await readFiles(connection, requestId));
  const wanted = filter.trim().toLowerCase();
  return {
    results: files
      .map((file) => ({
        name: file.file_name,
        value: String(file.id),
        description: `Variable: ${variableOf(file)}`,
      }))
      .filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted)),
  };
}
