import type { ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { asText } from '../../guards';
import { getStartableProcesses, type StartableProcess } from '../../api/processes/processes';
import { AUTOMATIC, describeTriggers } from '../../actions/request/start/target';
import { connect } from '../../transport/connection';
import { inputFailure, type Result } from '../../transport/failure';
import { unwrap } from '../unwrap';

const AUTOMATIC_ENTRY: INodeListSearchItems = {
  name: 'Automatic',
  value: AUTOMATIC,
  description: 'The one start event that the user of the access token may trigger by hand',
};

/** The processes that the user of the access token may start, with a link to the page of each. */
export async function searchProcesses(
  this: ILoadOptionsFunctions,
  filter?: string,
): Promise<INodeListSearchResult> {
  const connection = await connect(this);
  const processes = unwrap(this, await getStartableProcesses(connection, filter));
  return {
    results: processes
      .map(({ id, name }) => ({
        name,
        value: String(id),
        url: `${connection.instanceUrl}/process-browser/${id}`,
      }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}

/** Automatic, and the start events of the chosen process that the user of the access token may trigger. */
export async function searchStartEvents(
  this: ILoadOptionsFunctions,
  filter = '',
): Promise<INodeListSearchResult> {
  const process = asText(this.getCurrentNodeParameter('process', { extractValue: true }));
  const processes = unwrap(this, await getStartableProcesses(await connect(this)));
  const found = findProcesses(processes, process);
  if (found.length === 0 && process !== '') unwrap(this, notStartable(process));
  const events = found.flatMap(({ startEvents }) =>
    startEvents.map((event) => ({
      name: event.name,
      value: event.id,
      description: describeTriggers(event),
    })),
  );
  const wanted = filter.trim().toLowerCase();
  return {
    results: [AUTOMATIC_ENTRY, ...events].filter(({ name, value }) =>
      `${name} ${value}`.toLowerCase().includes(wanted),
    ),
  };
}

function notStartable(idOrName: string): Result<never> {
  return inputFailure(
    `Process "${idOrName}" is not among the processes that the user of the access token may start`,
    "Check 'Process'. While it is an expression, give the start event 'By ID', or leave it at Automatic.",
  );
}

/** By id, or by name when the locator holds one. */
function findProcesses(processes: StartableProcess[], idOrName: string): StartableProcess[] {
  return processes.filter(({ id, name }) => String(id) === idOrName || name === idOrName);
}
