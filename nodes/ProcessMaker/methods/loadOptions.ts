import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { listStartable, listViewable } from '../api/processes/processes';
import { withConnection } from '../execution/nodeError';
import { asText } from '../guards';
import { isKind, rethrown } from '../transport/processMakerError';

/** All processes by name; for a user who may not view processes those that this user may start. */
export async function getProcesses(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
  return await withConnection(this, async (connection) => {
    const processes = await listViewable(connection).catch(async (error: unknown) => {
      if (!isKind(error, 'forbidden')) throw rethrown(error);
      return await listStartable(connection);
    });
    return processes
      .map(({ id, name }) => ({ name: asText(name), value: Number(asText(id)) }))
      .sort((a, b) => a.name.localeCompare(b.name));
  });
}
