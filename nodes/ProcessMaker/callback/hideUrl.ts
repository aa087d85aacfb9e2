import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../guards';

const HIDDEN = '***';

/**
 * Takes the URL that wakes an execution out of what is shown: whoever has it can go on with the execution.
 *
 * @param json an item, with the data of a Request in its field `data` where there is one
 * @param variable the field of the data that holds the URL
 * @param signature the secret in it, wherever else it may stand
 */
export function hideUrl(json: IDataObject, variable: string, signature: string): IDataObject {
  const { data } = json;
  const shown =
    isObject(data) && variable in data ? { ...json, data: { ...data, [variable]: HIDDEN } } : json;
  return signature === '' ? shown : (without(shown, signature) as IDataObject);
}

function without(value: unknown, signature: string): unknown {
  if (typeof value === 'string') return value.replaceAll(signature, HIDDEN);
  if (Array.isArray(value)) return value.map((one) => without(one, signature));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name.replaceAll(signature, HIDDEN), without(one, signature)]),
  );
}
