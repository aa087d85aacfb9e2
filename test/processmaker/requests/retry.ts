import type { RequestRow, TokenRow, UserRow } from '../database/rows';
import { ApiError } from '../http/errors';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { noteInComments } from './comments';
import { openTokens, updateRequest } from './store';

/**
 * Puts the open scripts of a Request in ERROR on the queue again: those that have failed, and also those that run, or
 * wait for their next attempt. The Request stays in ERROR until they have ended. Nothing is retried beside an open Task.
 */
export function retryRequest(instance: Instance, request: RequestRow, user: UserRow): JsonObject {
  if (request.status !== 'ERROR') {
    throw new ApiError(422, { message: 'Only requests with ERROR status can be retried', success: false });
  }
  const open = openTokens(instance, request.id);
  const scripts = open.filter(({ element_type: type }) => type === 'scriptTask');
  const isInTheWay = ({ element_type: type }: TokenRow): boolean => ['serviceTask', 'task'].includes(type);
  if (scripts.length === 0 || open.some(isInTheWay))
    return { message: ['No tasks available to retry'], success: false };
  // Of several scripts, what is known can stay: their runs write over each other.
  if (scripts.length === 1)
    updateRequest(instance, request.id, { errors: withoutErrorsOf(request, scripts) });
  for (const token of scripts) instance.scripts.add(token.id);
  const by = `${user.firstname} ${user.lastname}`;
  const body = `${by} retried the request from an error state`;
  noteInComments(instance, request, user, { subject: 'Request Retried', body });
  return {
    message: scripts.map(({ element_type: type, element_id: id }) => {
      const name = type.charAt(0).toUpperCase() + type.slice(1);
      return `Retrying ${name} (${id}) for Request::${request.id}`;
    }),
    success: true,
  };
}

/** What is left of other elements is an object by their ids, with the latest of each. */
function withoutErrorsOf({ errors }: RequestRow, tokens: TokenRow[]): string {
  const entries = Object.values(JSON.parse(errors ?? '[]') as Record<string, JsonObject>);
  const others = entries.filter((entry) => !tokens.some((token) => token.element_id === entry['element_id']));
  const byElement = Object.fromEntries(others.map((entry) => [entry['element_id'] as string, entry]));
  return others.length === 0 ? '[]' : JSON.stringify(byElement);
}
