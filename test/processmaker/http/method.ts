import type { Json, JsonObject } from '../types';
import { ApiError } from './errors';

const badRequest = (): ApiError => new ApiError(400, { message: 'Bad request.' });

/** The method of a call: in a POST, a field `_method` of the data counts as the method, whatever it is meant for. */
export function methodOf(sent: string, data: JsonObject): string {
  if (sent !== 'POST' || !('_method' in data)) return sent;
  return overridden(data['_method'] ?? null);
}

function overridden(value: Json): string {
  if (typeof value === 'object' && value !== null) throw badRequest();
  if (typeof value !== 'string' || value === '') return 'POST';
  const method = value.toUpperCase();
  if (!/^[A-Z]+$/.test(method)) throw badRequest();
  return method;
}
