import { type INodeTypeDescription, NodeConnectionTypes } from 'n8n-workflow';

/** The description of a node that only tests have; its parameters are JSON. */
export const describe = (name: string, properties: string[], outputs = 1): INodeTypeDescription => ({
  displayName: name,
  name,
  group: ['transform'],
  version: 1,
  description: name,
  defaults: { name },
  inputs: [NodeConnectionTypes.Main],
  outputs: Array<'main'>(outputs).fill(NodeConnectionTypes.Main),
  properties: properties.map((property) => ({
    displayName: property,
    name: property,
    type: 'json',
    default: '',
  })),
});
