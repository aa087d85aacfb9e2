import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import {
  AUTOMATIC,
  describeTriggers,
  getStartableProcesses,
  processUrl,
} from '../../api/processes/processes';
import { withConnection } from '../../execution/nodeError';
import { asText } from '../../guards';
import { inputError } from '../../transport/processMakerError';
import { matching } from './page';

/** The processes that the user of the access token may start, with a link to the page of each. */
export async function searchProcesses(
  this: ILoadOptionsFunctions,
  filter?: string,
): Promise<INodeListSearchResult> {
  return await withConnection(this, async (connection) => {
    const processes = await getStartableProcesses(connection, filter);
    return {
      results: processes
        .map(({ id, name }) => ({ name, value: String(id), url: processUrl(id, connection.instanceUrl) }))
        .sort((a, b) => a.name.localeCompare(b.name)),
    };
  });
}

/** Automatic, and the start events of the chosen process that the user of the access token may trigger. */
export async function searchStartEvents(
  this: ILoadOptionsFunctions,
  filter = '',
): Promise<INodeListSearchResult> {
  const chosen = asText(this.getCurrentNodeParameter('process', { extractValue: true }));
  return await withConnection(this, async (connection) => {
    const processes = await getStartableProcesses(connection);
    // By id, or by name when the locator holds one.
    const found = processes.filter(({ id, name }) => String(id) === chosen || name === chosen);
    if (found.length === 0 && chosen !== '') throw notStartable(chosen);
    const events = found.flatMap(({ startEvents }) => startEvents);
    const entries = events.map((event): INodeListSearchItems => {
      return { name: event.name, value: event.id, description: describeTriggers(event) };
    });
    return { results: matching([AUTOMATIC_ENTRY, ...entries], filter, ['name', 'value']) };
  });
}

const AUTOMATIC_ENTRY: INodeListSearchItems = {
  name: 'Automatic',
  value: AUTOMATIC,
  description: 'The one start event that the user of the access token may trigger by hand',
};

function notStartable(idOrName: string) {
  return inputError(
    `Process "${idOrName}" is not among the processes that the user of the access token may start`,
    "Check 'Process'. While it is an expression, give the start event 'By ID', or leave it at Automatic.",
  );
}
