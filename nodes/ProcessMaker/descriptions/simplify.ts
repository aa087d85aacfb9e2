import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

/** n8n's standard option. */
export const simplifyOption: INodeProperties = {
  displayName: 'Simplify',
  name: 'simplify',
  type: 'boolean',
  default: true,
  description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** The collection 'Options' of an operation. */
export function optionsOf(...options: INodeProperties[]): INodeProperties {
  return {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    options,
  };
}

/** What the option 'Simplify' of an item says. Nothing is sent. */
export function readSimplify(context: IExecuteFunctions, itemIndex: number): boolean {
  return context.getNodeParameter('options', itemIndex, {}).simplify !== false;
}
