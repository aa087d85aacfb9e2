import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { openTokens, updateRequest, updateToken } from './store';

/** Puts the scripts at which a Request has broken down on the queue again; nothing else can be retried. */
export function retryRequest(instance: Instance, id: number): JsonObject {
  const failing = openTokens(instance, id).filter(
    (token) => token.status === 'FAILING' && ['scriptTask', 'serviceTask'].includes(token.element_type),
  );
  if (failing.length === 0) return { message: ['No tasks available to retry'], success: false };
  instance.database.transaction(() => {
    updateRequest(instance, id, { status: 'ACTIVE' });
    for (const token of failing) updateToken(instance, token.id, { status: 'ACTIVE' });
  });
  failing.forEach(() => instance.scripts.add(id));
  return { message: failing.map((token) => `Put on the queue again: ${token.element_name}`), success: true };
}
