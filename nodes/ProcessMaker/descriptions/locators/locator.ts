import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

type Fields = Pick<INodeProperties, 'displayName' | 'name' | 'required' | 'description' | 'typeOptions'>;

/** A resource locator that is empty at first, in the first of its modes. */
export function locator(
  { displayName, name, ...others }: Fields,
  first: INodePropertyMode,
  ...modes: INodePropertyMode[]
): INodeProperties {
  return {
    displayName,
    name,
    type: 'resourceLocator',
    default: { mode: first.name, value: '' },
    ...others,
    modes: [first, ...modes],
  };
}

/** A way to say which thing is meant: a choice from a list, or a text. */
export function mode(
  type: INodePropertyMode['type'],
  displayName: string,
  name: string,
  placeholder: string,
  hint?: string,
): INodePropertyMode {
  return { displayName, name, type, placeholder, ...(hint && { hint }) };
}

/** @param searchListMethod the name of the method that lists the things to choose from */
export function fromList(searchListMethod: string, placeholder: string, hint?: string): INodePropertyMode {
  return {
    ...mode('list', 'From List', 'list', placeholder, hint),
    typeOptions: { searchListMethod, searchable: true },
  };
}

/** @param thing what the ID belongs to, for the message about one that is no whole number */
export function byId(thing: string, placeholder: string, hint?: string): INodePropertyMode {
  return {
    ...mode('string', 'By ID', 'id', placeholder, hint),
    ...matching('[0-9]+', `A ${thing} ID is a whole number`),
  };
}

/** The ID of an element in ProcessMaker's designer, which may be any text. */
export function byElementId(placeholder: string, hint: string): INodePropertyMode {
  return mode('string', 'By ID', 'id', placeholder, hint);
}

/**
 * By the address of a page.
 *
 * @param path that of an example, below the address of the instance
 */
export function byUrl(
  regex: string,
  thing: string,
  path: string,
  others: Pick<INodePropertyMode, 'extractValue'> = {},
): INodePropertyMode {
  const example = `e.g. https://acme.processmaker.net${path}`;
  return {
    ...mode('string', 'By URL', 'url', example),
    ...others,
    ...matching(regex, `Not the address of a ${thing}, ${example}`),
  };
}

/** What the text of a mode has to be. */
export function matching(regex: string, errorMessage: string): Pick<INodePropertyMode, 'validation'> {
  return { validation: [{ type: 'regex', properties: { regex, errorMessage } }] };
}
