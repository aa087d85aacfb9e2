import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { MAX_FILE_TIMEOUT_SECONDS } from '../input/inputFiles';
import { FILE_TIMEOUT_SECONDS } from '../transport/files';
import { inputError } from '../transport/processMakerError';

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

/** n8n's standard option. */
export const simplifyOption: INodeProperties = {
  displayName: 'Simplify',
  name: 'simplify',
  type: 'boolean',
  default: true,
  description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** For `loadOptionsDependsOn`: changes when a person chooses another entry, but not with the data of a run. */
export const chosenFromList = (locatorName: string) => `${locatorName}.cachedResultName`;

/** For `displayOptions`: in the panel of an AI tool, and in that of a node. */
export const IN_TOOL = { show: { '@tool': [true] } };
export const IN_NODE = { hide: { '@tool': [true] } };

/** The collection 'Options' of an operation or of the trigger. */
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

/** The collection 'Filters' of an operation or of the trigger. */
export function filtersOf(...options: INodeProperties[]): INodeProperties {
  return {
    displayName: 'Filters',
    name: 'filters',
    type: 'collection',
    placeholder: 'Add filter',
    default: {},
    options,
  };
}

/** Whether the option 'Simplify' of an item is on, as it is by default. */
export function readSimplify(context: IExecuteFunctions, itemIndex: number): boolean {
  return context.getNodeParameter('options', itemIndex, {}).simplify !== false;
}

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
 * How many results an item asks for at most; undefined for all.
 *
 * @throws ProcessMakerError for what is no number of results
 */
export function readLimit(context: IExecuteFunctions, itemIndex: number): number | undefined {
  if (context.getNodeParameter('returnAll', itemIndex, false)) return undefined;
  const limit = Number(context.getNodeParameter('limit', itemIndex));
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw inputError("'Limit' is not a whole number above 0", "Enter a number, or switch on 'Return All'.");
}

/** The binary fields of an item that become files of a Request. Rows are read by `input/inputFiles`. */
export const inputFilesField = {
  displayName: 'Input Binary Fields',
  name: 'files',
  type: 'fixedCollection',
  typeOptions: { multipleValues: true },
  placeholder: 'Add File',
  default: {},
  description:
    'The binary fields of the item to upload, each with the variable of the Request that it belongs to. If the Request already has a file under the same variable, it is replaced.',
  options: [
    {
      displayName: 'File',
      name: 'file',
      values: [
        {
          displayName: 'Input Binary Field',
          name: 'field',
          type: 'string',
          default: 'data',
          required: true,
          placeholder: 'e.g. data',
          hint: 'The name of the input binary field containing the file to be uploaded',
        },
        {
          displayName: 'Variable',
          name: 'variable',
          type: 'string',
          default: '',
          placeholder: 'e.g. contract',
          description:
            "The variable name of the file in ProcessMaker, such as that of a file upload in a form. Without one, ProcessMaker takes the file's name.",
        },
      ],
    },
  ],
} satisfies INodeProperties;

/** For a collection of options. */
export const writeFileIdOption: INodeProperties = {
  displayName: 'Write File ID to Variable',
  name: 'writeFileId',
  type: 'boolean',
  default: false,
  description:
    "Whether to write the ID of each file into its variable in the Request's data, so that forms show the file. For this, the user of the access token needs the permission to edit task data or request data. If somebody else changes the data at the same moment, one of the two changes may be lost.",
};

/** For the collection 'Options' of an operation that moves files. */
export const fileTimeoutOption: INodeProperties = {
  displayName: 'Timeout',
  name: 'timeout',
  type: 'number',
  typeOptions: { minValue: 1, maxValue: MAX_FILE_TIMEOUT_SECONDS },
  default: FILE_TIMEOUT_SECONDS,
  description: 'How many seconds each file may take',
};
