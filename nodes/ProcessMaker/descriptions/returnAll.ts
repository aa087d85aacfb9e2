import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { inputError } from '../transport/processMakerError';

/** n8n's standard fields for how many results an operation gives. */
export const returnAllFields: INodeProperties[] = [
  {
    displayName: 'Return All',
    name: 'returnAll',
    type: 'boolean',
    default: false,
    description: 'Whether to return all results or only up to a given limit',
  },
  {
    displayName: 'Limit',
    name: 'limit',
    type: 'number',
    typeOptions: { minValue: 1 },
    default: 50,
    description: 'Max number of results to return',
    displayOptions: { show: { returnAll: [false] } },
  },
];

/**
 * How many results an item asks for at most; undefined for all. Nothing is sent.
 *
 * @throws ProcessMakerError for what is no number of results
 */
export function readLimit(context: IExecuteFunctions, itemIndex: number): number | undefined {
  if (context.getNodeParameter('returnAll', itemIndex, false)) return undefined;
  const limit = Number(context.getNodeParameter('limit', itemIndex));
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw inputError("'Limit' is not a whole number above 0", "Enter a number, or switch on 'Return All'.");
}
