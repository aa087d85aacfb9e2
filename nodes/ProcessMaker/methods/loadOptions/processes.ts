import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { getStartableProcesses } from '../../helpers/processes';
import { connect } from '../../transport/connection';
import { unwrap } from '../unwrap';

/** The processes that the user of the access token may start, by name. */
export async function getProcesses(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
  const processes = unwrap(this, await getStartableProcesses(await connect(this)));
  return processes.map(({ id, name }) => ({ name, value: id })).sort((a, b) => a.name.localeCompare(b.name));
}
