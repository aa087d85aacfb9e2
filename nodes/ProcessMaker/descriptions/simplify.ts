import type { INodeProperties } from 'n8n-workflow';

/** n8n's standard option. */
export const simplifyOption: INodeProperties = {
  displayName: 'Simplify',
  name: 'simplify',
  type: 'boolean',
  default: true,
  description: 'Whether to return a simplified version of the response instead of the raw data',
};
