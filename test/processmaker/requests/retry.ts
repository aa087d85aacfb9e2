import type { RequestRow } from '../database/rows';
import { ApiError } from '../http/errors';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { SCRIPT_TYPES } from './apply-step';
import { openTokens, updateRequest } from './store';

/**
 * Puts the scripts at which a Request has broken down on the queue again, also those of an earlier retry that still
 * run. The Request stays in ERROR until they have ended. Nothing else can be retried.
 */
export function retryRequest(instance: Instance, request: RequestRow): JsonObject {
  if (request.status !== 'ERROR') {
    throw new ApiError(422, { message: 'Only requests with ERROR status can be retried', success: false });
  }
  const failing = openTokens(instance, request.id).filter(({ status }) => status === 'FAILING');
  const isScript = failing.every(({ element_type: type }) => SCRIPT_TYPES.includes(type));
  if (failing.length === 0 || !isScript) return { message: ['No tasks available to retry'], success: false };
  // What is known of several elements stays.
  if (failing.length === 1) updateRequest(instance, request.id, { errors: '[]' });
  for (const token of failing) instance.scripts.add(token.id);
  return {
    message: failing.map(({ element_type: type, element_id: id }) => {
      const name = type.charAt(0).toUpperCase() + type.slice(1);
      return `Retrying ${name} (${id}) for Request::${request.id}`;
    }),
    success: true,
  };
}
