import type { INodeProperties } from 'n8n-workflow';

/** Which of the two credentials a node uses; read by `connect`. */
export const authentication: INodeProperties = {
  displayName: 'Authentication',
  name: 'authentication',
  type: 'options',
  noDataExpression: true,
  options: [
    { name: 'Access Token', value: 'accessToken' },
    { name: 'OAuth2', value: 'oAuth2' },
  ],
  default: 'accessToken',
};

type Others = Partial<INodeProperties>;

/** A text, empty at first. */
export function textField(displayName: string, name: string, description: string, others: Others = {}) {
  return { displayName, name, type: 'string', default: '', description, ...others } satisfies INodeProperties;
}

/** A switch, off at first. */
export function switchField(displayName: string, name: string, description: string, others: Others = {}) {
  return {
    ...textField(displayName, name, description),
    type: 'boolean' as const,
    default: false,
    ...others,
  };
}

/** For `displayOptions`: in the panel of an AI tool, and in that of a node. */
export const IN_TOOL = { show: { '@tool': [true] } };
export const IN_NODE = { hide: { '@tool': [true] } };

/** For `loadOptionsDependsOn`: changes when a person chooses another entry, but not with the data of a run. */
export const chosenFromList = (locatorName: string) => `${locatorName}.cachedResultName`;

/** The collection 'Options' of an operation or of the trigger. */
export function optionsOf(...options: INodeProperties[]): INodeProperties {
  const placeholder = 'Add option';
  return { displayName: 'Options', name: 'options', type: 'collection', placeholder, default: {}, options };
}

/** The collection 'Filters' of an operation or of the trigger. */
export function filtersOf(...options: INodeProperties[]): INodeProperties {
  return { ...optionsOf(...options), displayName: 'Filters', name: 'filters', placeholder: 'Add filter' };
}
