import { callApi } from './api';
import type { Contract } from './contract';

/**
 * Deletes the Requests that the checks have started, and all of the processes that were made for them; gives those that
 * are still there.
 */
export async function removeStarted({ server, started }: Contract): Promise<number[]> {
  const owner = { url: server.url, token: server.adminToken ?? server.token };
  const left: number[] = [];
  const ids = new Set(started);
  for (const processId of Object.values(server.workshop?.processes ?? {})) {
    const pmql = encodeURIComponent(`process_id = ${processId}`);
    const { rows } = await callApi(owner, 'GET', `/requests?per_page=1000&order_by=id&pmql=${pmql}`);
    for (const { id } of rows) ids.add(Number(id));
  }
  for (const id of ids) {
    const { status } = await callApi(owner, 'DELETE', `/requests/${id}`);
    if (status !== 204 && status !== 404) left.push(id);
  }
  return left;
}
