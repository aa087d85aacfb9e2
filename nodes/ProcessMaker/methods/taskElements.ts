import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { listTasks } from '../api/tasks/tasks';
import { withConnection } from '../execution/nodeError';
import { ProcessFinder } from '../execution/processFinder';
import { asText } from '../guards';
import { toProcessReference } from '../input/references';

const NEWEST = { limit: 100, order: { field: 'id', direction: 'desc' } } as const;

/** The elements of which the chosen process has had Tasks lately, as far as the user of the access token may see them. */
export async function searchTaskElements(
  this: ILoadOptionsFunctions,
  filter = '',
): Promise<INodeListSearchResult> {
  return await withConnection(this, async (connection) => {
    const reference = toProcessReference(this.getCurrentNodeParameter('process'), connection);
    const filters = { process_id: await new ProcessFinder(connection).idOf(reference) };
    const tasks = await listTasks(connection, filters, NEWEST);
    const names = new Map(tasks.map((task) => [asText(task.element_id), asText(task.element_name)]));
    const wanted = filter.trim().toLowerCase();
    const entries = [...names].map(([value, name]) => ({ name: name || value, value, description: value }));
    return {
      results: entries.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted)),
    };
  });
}
