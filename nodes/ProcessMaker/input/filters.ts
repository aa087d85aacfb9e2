import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { inputFailure, type Result } from '../transport/failure';
import { isObject } from '../guards';

/**
 * The collection 'Filters' of an item. A filter that is left empty is none. One whose expression gives nothing, or
 * something that it cannot hold, is refused: without it, more would be returned than was asked for. Nothing is sent.
 *
 * @param collection its description, with a field for each filter
 */
export function readFilters(
  context: IExecuteFunctions,
  itemIndex: number,
  collection: INodeProperties,
): Result<IDataObject> {
  return checkCollection(
    context.getNodeParameter(collection.name, itemIndex, {}) as IDataObject,
    collection,
    'filter',
  );
}

/**
 * A collection whose fields are all of a form that they can hold.
 *
 * @param word what its fields are called in sentences
 */
export function checkCollection(
  given: IDataObject,
  { options = [] }: INodeProperties,
  word: 'filter' | 'option',
): Result<IDataObject> {
  for (const field of options) {
    if (!('type' in field) || !Object.hasOwn(given, field.name)) continue;
    const refusal = refusalOf(given[field.name], field, word);
    if (refusal) return refusal;
  }
  return { ok: true, value: given };
}

function refusalOf(
  given: unknown,
  field: INodeProperties,
  word: 'filter' | 'option',
): Result<never> | undefined {
  const value = field.type === 'resourceLocator' && isObject(given) ? given.value : given;
  if (value === undefined || value === null) {
    return inputFailure(
      `The ${word} '${field.displayName}' has no value`,
      `Check its expression, or take the ${word} out.`,
    );
  }
  const isText = typeof value === 'string' || typeof value === 'number';
  if (field.type === 'options') return value === '' ? undefined : refusedChoice(value, field);
  if (field.type === 'boolean' && typeof value !== 'boolean') {
    return inputFailure(
      `The ${word} '${field.displayName}' is neither true nor false`,
      'Let its expression give true or false.',
    );
  }
  if ((field.type === 'string' || field.type === 'resourceLocator') && !isText) {
    return inputFailure(
      `The ${word} '${field.displayName}' holds ${Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`}, and not a text`,
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
