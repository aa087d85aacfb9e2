import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { readTaskElements } from '../api/processes/processes';
import { withConnection } from '../execution/nodeError';
import { ProcessFinder } from '../execution/processFinder';
import { toProcessReference } from '../input/references';

/** The Tasks of the process that is chosen in the node, for those who may view processes. */
export async function searchTaskElements(
  this: ILoadOptionsFunctions,
  filter = '',
): Promise<INodeListSearchResult> {
  return await withConnection(this, async (connection) => {
    const reference = toProcessReference(this.getCurrentNodeParameter('process'), connection);
    const elements = await readTaskElements(connection, await new ProcessFinder(connection).idOf(reference));
    const entries = elements.map(({ id, name }) => ({ name: name || id, value: id, description: id }));
    const wanted = filter.trim().toLowerCase();
    return {
      results: entries.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted)),
    };
  });
}
