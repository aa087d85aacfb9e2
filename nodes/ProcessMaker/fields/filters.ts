import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { asText, isObject, parseId } from '../guards';
import { inputError } from '../transport/processMakerError';

/** The collection 'Filters' of an item, checked by `checkCollection`. */
export function readFilters(context: IExecuteFunctions, itemIndex: number, collection: INodeProperties) {
  return checkCollection(context.getNodeParameter(collection.name, itemIndex, {}), collection, 'filter');
}

/** A collection whose fields have usable values: without a filter, more would be found than was asked for. */
export function checkCollection(collection: unknown, { options = [] }: INodeProperties, word: string) {
  const given = collection as IDataObject;
  for (const field of options) {
    if ('type' in field && Object.hasOwn(given, field.name)) checkField(given[field.name], field, word);
  }
  return given;
}

/** What ProcessMaker takes out of every parameter of a search but PMQL. */
const MARKUP = /<!--.+?-->|<\?.+?\?>|<\/?[a-z\d][^>]*>|\{\{|\}\}/gis;

function checkField(given: unknown, field: INodeProperties, word: string): void {
  const { type, displayName, options = [] } = field;
  const what = `The ${word} '${displayName}'`;
  const value = type === 'resourceLocator' && isObject(given) ? given.value : given;
  if (value === undefined || value === null) {
    throw inputError(`${what} has no value`, `Check its expression, or take the ${word} out.`);
  }
  const choices = options.flatMap((option) => ('value' in option ? [option.value] : []));
  if (type === 'options' && value !== '' && !choices.includes(value as string)) {
    throw inputError(
      `The filter '${displayName}' is ${JSON.stringify(value)}, which is not a valid option`,
      `Choose one from its list. In an expression they are ${choices.join(', ')}.`,
    );
  }
  if (type === 'boolean' && typeof value !== 'boolean') {
    throw inputError(`${what} is neither true nor false`, 'Its expression must give true or false.');
  }
  const isText = typeof value === 'string' || typeof value === 'number';
  if ((type === 'string' || type === 'resourceLocator') && !isText) {
    const kind = Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
    throw inputError(`${what} holds ${kind}, and not a text`, 'Its expression must give text or a number.');
  }
  if (value === '' || !isText) return;
  // With what is left, everything would be found.
  if (String(value).trim() === '') throw inputError(`${what} holds nothing but spaces`, 'Give a text.');
  if (field.name === 'text' && String(value).replace(MARKUP, '').trim() === '') {
    throw inputError(
      `${what} holds nothing but HTML tags and double braces, which ProcessMaker takes out`,
      'Give a text to look for.',
    );
  }
}

/** The values of a list: an expression may give a list, one value, or several with commas. Others are refused. */
export function readChoices(value: unknown, parameter: string): string[] {
  const all: unknown[] = [value].flat();
  if (all.some((one) => typeof one !== 'string' && typeof one !== 'number')) {
    throw inputError(
      `'${parameter}' holds something that is neither a text nor a number`,
      'Check its expression: it has to give a list of values, or one value.',
    );
  }
  const texts = all.flatMap((one) => asText(one).split(',')).map((text) => text.trim());
  const given = texts.filter((text) => text !== '');
  if (all.length === 0 || given.length > 0) return given;
  throw inputError(`'${parameter}' has no value`, 'Check its expression. An empty list, [], means all.');
}

/** The condition in PMQL for the list 'Process Names or IDs'; none for all processes. */
export function readProcessCondition(value: unknown): string[] {
  const parameter = 'Process Names or IDs';
  const ids = readChoices(value, parameter);
  const wrong = ids.find((id) => parseId(id) === undefined);
  if (wrong === undefined) return ids.length > 0 ? [`process_id IN [${ids.join(',')}]`] : [];
  throw inputError(
    `'${parameter}' holds "${wrong}", which is not the id of a process`,
    'Choose processes from the list, or give their ids, which are in the addresses of their pages, e.g. {{ [12, 15] }}.',
  );
}

const TEXTS = /"(?:\\.|[^"\\])*"/gs;

/** The user's own PMQL. @throws ProcessMakerError for what would void other filters, or never find anything */
export function readOwnPmql(pmql: unknown, parameter = 'PMQL'): string | undefined {
  const own = asText(pmql).trim();
  if (own === '') return undefined;
  if (!hasPairs(own.replace(TEXTS, ''))) {
    throw inputError(
      `'${parameter}' has a bracket or a quote without its counterpart`,
      'Check the brackets and quotes of the condition. Write texts in double quotes.',
    );
  }
  // ProcessMaker takes the backslash for a part of the text.
  const escaped = own.match(TEXTS)?.find((text) => /\\["\\]/.test(text));
  if (escaped !== undefined) {
    throw inputError(
      `'${parameter}' looks for ${escaped}, and ProcessMaker cannot search for quotes or backslashes`,
      'Look for a part of the text without them, e.g. with LIKE and %.',
    );
  }
  return own;
}

/** Otherwise a condition could end the brackets that are put around it. */
function hasPairs(bare: string): boolean {
  let depth = 0;
  for (const bracket of bare.replace(/[^()]/g, '')) {
    depth += bracket === '(' ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0 && !bare.includes('"');
}
