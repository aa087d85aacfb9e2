import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import { isObject } from './guards';

/**
 * The collection 'Filters' of an item. A filter that is left empty is none. One whose expression gives nothing, or
 * something that it cannot hold, is refused: without it, more would be returned than was asked for. Nothing is sent.
 *
 * @param collection its description, with a field for each filter
 */
export function readFilters(
  context: IExecuteFunctions,
  itemIndex: number,
  { name, options = [] }: INodeProperties,
): Result<IDataObject> {
  const filters = context.getNodeParameter(name, itemIndex, {}) as IDataObject;
  for (const field of options) {
    if (!('type' in field) || !Object.hasOwn(filters, field.name)) continue;
    const refusal = refusalOf(filters[field.name], field);
    if (refusal) return refusal;
  }
  return { ok: true, value: filters };
}

function refusalOf(given: unknown, field: INodeProperties): Result<never> | undefined {
  const value = field.type === 'resourceLocator' && isObject(given) ? given.value : given;
  if (value === undefined || value === null) {
    return inputFailure(
      `The filter '${field.displayName}' has no value`,
      'Check its expression, or take the filter out.',
    );
  }
  const isText = typeof value === 'string' || typeof value === 'number';
  if (field.type === 'options') return value === '' ? undefined : refusedChoice(value, field);
  if (field.type === 'boolean' && typeof value !== 'boolean') {
    return inputFailure(
      `The filter '${field.displayName}' is neither true nor false`,
      'Let its expression give true or false.',
    );
  }
  if ((field.type === 'string' || field.type === 'resourceLocator') && !isText) {
    return inputFailure(
      `The filter '${field.displayName}' holds ${Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`}, and not a text`,
      'Let its expression give a text or a number.',
    );
  }
  return undefined;
}

function refusedChoice(value: unknown, { displayName, options = [] }: INodeProperties) {
  const choices = options.flatMap((option) => ('value' in option ? [option.value] : []));
  if (choices.includes(value as string)) return undefined;
  return inputFailure(
    `The filter '${displayName}' is ${JSON.stringify(value)}, which is none of its choices`,
    `Choose one from its list. In an expression they are ${choices.join(', ')}.`,
  );
}
