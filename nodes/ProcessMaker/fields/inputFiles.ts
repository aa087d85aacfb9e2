import type { IBinaryData, IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { FileReference } from '../api/files/files';
import { KEY_FIELD, OWN_FIELDS } from '../api/requests/hiddenKey';
import { asText, messageOf, objectsIn, parseId } from '../guards';
import { FILE_TIMEOUT_SECONDS, MAX_FILE_MEGABYTES, toFileName } from '../transport/files';
import { inputError } from '../transport/processMakerError';
import { switchField } from './common';
import { checkSeconds } from './parameters';
import { readLocator } from './references';

const MAX_FILE_BYTES = MAX_FILE_MEGABYTES * 1024 * 1024;
const MAX_FILE_TIMEOUT_SECONDS = 3600;

/** The binary fields of an item that become files of a Request. Rows are read by `readInputFiles`. */
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

/** A binary field of an item that is to become a file of a Request. */
export interface InputFile {
  field: string;
  /** The variable of the Request; the name of the file where none is given, as ProcessMaker does it. */
  variable: string;
  hasVariable: boolean;
  fileName: string;
  mimeType: string;
  /** In bytes; the most that a file may have where n8n does not say it without reading the content. */
  size: number;
  load: () => Promise<Buffer>;
}

/** The rows of a parameter such as 'Input Binary Fields', given by its path, with what the item has in these fields. */
export function readInputFiles(context: IExecuteFunctions, itemIndex: number, path: string): InputFile[] {
  const files: InputFile[] = [];
  for (const row of objectsIn(context.getNodeParameter(path, itemIndex, []))) {
    const file = readInputFile(context, itemIndex, row);
    const { field, variable } = file;
    if (files.some((other) => other.variable === variable)) {
      throw inputError(
        `Two files of the item have the variable '${variable}'`,
        `The second would take the place of the first. Give the one in '${field}' another variable. Without one, the name of the file is the variable.`,
      );
    }
    files.push(file);
  }
  return files;
}

function readInputFile(context: IExecuteFunctions, itemIndex: number, row: IDataObject): InputFile {
  const field = asText(row.field).trim();
  if (field === '') {
    throw inputError("No field is given in 'Input Binary Field'", namesOf(context, itemIndex));
  }
  let binary: IBinaryData;
  try {
    binary = context.helpers.assertBinaryData(itemIndex, field);
  } catch {
    throw inputError(`The item has no binary field '${field}'`, namesOf(context, itemIndex));
  }
  const { id, bytes, data, fileExtension = '', mimeType } = binary;
  const extension = fileExtension === '' ? '' : `.${toFileName(fileExtension)}`;
  const fileName = toFileName(binary.fileName ?? '') || `${toFileName(field)}${extension}`;
  const variable = asText(row.variable).trim();
  // Without storage for binary data, n8n keeps the content as base64.
  const size = bytes ?? (id === undefined ? Math.floor((data.length * 3) / 4) : MAX_FILE_BYTES);
  checkSize(size, field, fileName);
  return {
    field,
    variable: variable || fileName,
    hasVariable: variable !== '',
    fileName,
    mimeType,
    size,
    async load() {
      const content = await context.helpers.getBinaryDataBuffer(itemIndex, field).catch((error: unknown) => {
        throw inputError(
          `n8n cannot read the file '${fileName}' in '${field}' from its storage: ${messageOf(error)}`,
          'It may have been removed there in the meantime. Run the workflow again.',
        );
      });
      // n8n did not always say it before.
      checkSize(content.length, field, fileName);
      return content;
    },
  };
}

function checkSize(size: number, field: string, fileName: string): void {
  if (size <= MAX_FILE_BYTES) return;
  throw inputError(
    `The file '${fileName}' in '${field}' is larger than ${MAX_FILE_MEGABYTES} MB`,
    'The node reads a file into memory to send it, so it has this limit. ProcessMaker itself may have a lower one.',
  );
}

function namesOf(context: IExecuteFunctions, itemIndex: number): string {
  const names = Object.keys(context.getInputData()[itemIndex]?.binary ?? {});
  return names.length === 0
    ? 'It has no binary fields at all. Put a node before this one that gives the file, such as HTTP Request or Read/Write Files from Disk.'
    : `It has: ${names.join(', ')}. Enter one of them in 'Input Binary Field'.`;
}

/** The parameter 'File' of an item. */
export function readFileReference(context: IExecuteFunctions, itemIndex: number): FileReference {
  const { mode, value } = readLocator(context.getNodeParameter('file', itemIndex));
  if (value === '') {
    throw inputError("No file is given in 'File'", 'Choose one, or give its id or its variable.');
  }
  if (mode === 'variable') return { variable: value };
  const id = parseId(value);
  if (id !== undefined) return { id };
  throw inputError(
    `'File' holds "${value}", which is not the id of a file`,
    "An id is a whole number, such as the fileId that 'Get Many' gives. To name the variable, choose 'By Variable'.",
  );
}

/** How many seconds a file of the item may take. */
export function readFileTimeout(context: IExecuteFunctions, itemIndex: number): number {
  const seconds = context.getNodeParameter('options.timeout', itemIndex, FILE_TIMEOUT_SECONDS);
  return checkSeconds(seconds, 'Timeout', MAX_FILE_TIMEOUT_SECONDS);
}

/** @throws ProcessMakerError when the id of one of these files cannot be written to its variable. Nothing is sent. */
export function checkVariables(files: InputFile[]): void {
  for (const { field, variable, hasVariable } of files) {
    const what = `The id of a file cannot be written to '${variable}', which is`;
    if (!hasVariable) {
      throw inputError(
        `The file in '${field}' has no variable that its id could be written to`,
        "Enter a 'Variable', or switch off 'Write File ID to Variable'.",
      );
    }
    if (variable === KEY_FIELD || OWN_FIELDS.includes(variable)) {
      const advice = "Enter another 'Variable', or switch off 'Write File ID to Variable'.";
      throw inputError(`${what} ProcessMaker's or this node's own`, advice);
    }
    if (/[.[\]]/.test(variable)) {
      throw inputError(
        `${what} within another variable`,
        "ProcessMaker would lose what else that variable holds. Switch off 'Write File ID to Variable', and change the data in another step.",
      );
    }
  }
}
