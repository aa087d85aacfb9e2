import type { INodeProperties } from 'n8n-workflow';

export const startOptions: INodeProperties = {
  displayName: 'Options',
  name: 'options',
  type: 'collection',
  placeholder: 'Add option',
  default: {},
  options: [
    {
      displayName: 'Include Data',
      name: 'includeData',
      type: 'boolean',
      default: false,
      description: "Whether to return the Request's data as ProcessMaker has stored it, in the field data",
    },
    {
      displayName: 'Requests in Parallel',
      name: 'requestsInParallel',
      type: 'number',
      noDataExpression: true,
      typeOptions: { minValue: 1, maxValue: 50, numberPrecision: 0 },
      default: 5,
      description:
        'How many Requests to start at the same time. The output keeps the order of the items in any case, but they are only started in that order when this is 1.',
    },
    {
      displayName: 'Return Requests in Error',
      name: 'returnErroredRequests',
      type: 'boolean',
      default: false,
      description:
        'Whether a Request that is in status ERROR right after its start is returned like any other, instead of letting its item fail',
    },
    {
      displayName: 'Simplify',
      name: 'simplify',
      type: 'boolean',
      default: true,
      description: 'Whether to return a simplified version of the response instead of the raw data',
    },
    {
      displayName: 'Timeout',
      name: 'timeout',
      type: 'number',
      typeOptions: { minValue: 1 },
      default: 120,
      description:
        'How many seconds to wait for the answer to each start. After that, it is not known whether the Request was started.',
    },
  ],
};
