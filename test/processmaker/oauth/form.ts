import type { JsonObject } from '../types';

/** A parameter of a form as text; a number in a JSON body counts as one, everything else as missing. */
export function parameter(form: JsonObject, name: string): string {
  const value = form[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
