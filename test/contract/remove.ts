import { callApi } from './api';
import type { Contract } from './contract';

/** Deletes the Requests that the checks have started; gives those that are still there. */
export async function removeStarted({ server, started }: Contract): Promise<number[]> {
  const owner = { url: server.url, token: server.adminToken ?? server.token };
  const left: number[] = [];
  for (const id of started) {
    const { status } = await callApi(owner, 'DELETE', `/requests/${id}`);
    if (status !== 204 && status !== 404) left.push(id);
  }
  return left;
}
