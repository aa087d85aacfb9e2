import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { asText, readByPath, setByPath } from '../guards';
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

/** n8n's standard option. */
export const simplifyOption: INodeProperties = {
  displayName: 'Simplify',
  name: 'simplify',
  type: 'boolean',
  default: true,
  description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** The same, and what n8n asks for in an AI tool. There it has the same name, so that saved tools keep their output. */
export const outputOptions: INodeProperties[] = [
  { ...simplifyOption, displayOptions: IN_NODE },
  {
    ...simplifyOption,
    displayName: 'Output',
    type: 'options',
    description: 'What to return to the caller of the tool',
    options: [
      { name: 'Simplified', value: true, description: 'The fields that matter most' },
      { name: 'Raw', value: false, description: 'Every field, as ProcessMaker returns it' },
      { name: 'Selected Fields', value: 'selected', description: "Those named in the option 'Fields'" },
    ],
    displayOptions: IN_TOOL,
  },
  textField(
    'Fields',
    'outputFields',
    "The names of the fields to return, separated by commas: those of the simplified and of the raw output. A dot leads into an object. The ID, and what the node adds itself, such as 'timedOut', are returned too.",
    {
      placeholder: 'e.g. status, data.amount',
      displayOptions: { show: { ...IN_TOOL.show, simplify: ['selected'] } },
    },
  ),
];

/** What an item asks for: the simplified output, the raw one, or the fields with these names. */
export type Simplify = boolean | string[];

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

export const outputCollection = optionsOf(...outputOptions);

/** The option 'Simplify' of an item, or 'Output' of a tool. */
export function readSimplify({ simplify, outputFields }: IDataObject): Simplify {
  if (simplify !== 'selected') return simplify !== false;
  const names = [outputFields].flat().flatMap((one) => asText(one).split(','));
  const given = names.map((name) => name.trim()).filter((name) => name !== '');
  if (given.length > 0) return given;
  throw inputError("The option 'Fields' names no field", "Name one, or choose another 'Output'.");
}

/** The JSON of an item for an object of ProcessMaker. */
export function outputJson(raw: IDataObject, simplify: Simplify, simplified: IDataObject): IDataObject {
  if (!Array.isArray(simplify)) return simplify ? simplified : raw;
  const json: IDataObject = {};
  // In this order a whole object comes before a part of it, which is then there.
  for (const name of ['id', 'retrying', ...simplify].sort()) {
    const value = readByPath({ ...raw, ...simplified }, name);
    if (value !== undefined) setByPath(json, name, value);
  }
  return json;
}

/** n8n's standard fields for how many results an operation gives. */
export const returnAllFields: INodeProperties[] = [
  switchField('Return All', 'returnAll', 'Whether to return all results or only up to a given limit'),
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

/** How many results an item asks for at most; undefined for all. */
export function readLimit(context: IExecuteFunctions, itemIndex: number): number | undefined {
  if (context.getNodeParameter('returnAll', itemIndex, false)) return undefined;
  const limit = Number(context.getNodeParameter('limit', itemIndex));
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw inputError("'Limit' is not a whole number above 0", "Enter a number, or switch on 'Return All'.");
}

/** The fields of a list that can be simplified. */
export const listFields = (filters: INodeProperties) => [...returnAllFields, filters, outputCollection];

/** How much of a list an item asks for, and in which form. */
export function readListOutput(context: IExecuteFunctions, itemIndex: number) {
  const simplify = readSimplify(context.getNodeParameter('options', itemIndex, {}));
  return { limit: readLimit(context, itemIndex), simplify };
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

export const writeFileIdOption: INodeProperties = switchField(
  'Write File ID to Variable',
  'writeFileId',
  "Whether to write the ID of each file into its variable in the Request's data, so that forms show the file. For this, the user of the access token needs the permission to edit task data or request data. If somebody else changes the data at the same moment, one of the two changes may be lost.",
);

export const fileTimeoutOption: INodeProperties = {
  displayName: 'Timeout',
  name: 'timeout',
  type: 'number',
  typeOptions: { minValue: 1, maxValue: MAX_FILE_TIMEOUT_SECONDS },
  default: FILE_TIMEOUT_SECONDS,
  description: 'How many seconds each file may take',
};
