import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { asText } from '../../guards';
import { getStartableProcesses } from '../../api/processes/processes';
import { connect } from '../../transport/connection';
import { readList } from '../../transport/pagination';
import { apiPath } from '../../transport/request';
import { unwrap } from '../unwrap';

/**
 * All processes, `GET /api/1.0/processes`; for a user who may not view processes those that this user may start.
 *
 * @throws NodeApiError when neither list can be read
 */
export async function getProcesses(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
  const connection = await connect(this);
  const all = await readList(connection, { path: apiPath('1.0', 'processes'), qs: { order_by: 'name' } });
  const isRefused = !all.ok && all.failure.kind === 'forbidden';
  const processes = isRefused
    ? unwrap(this, await getStartableProcesses(connection))
    : unwrap(this, all).map(({ id, name }) => ({ id, name }));
  return processes
    .map(({ id, name }) => ({ name: asText(name), value: Number(id) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
