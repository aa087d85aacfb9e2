import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { inputFailure, type Result } from '../../transport/failure';
import { toFileName } from '../../transport/multipart';
import { asText, objectsIn } from '../guards';

/** A binary field of an item that is to become a file of a Request. */
export interface InputFile {
  /** The name of the binary field. */
  field: string;
  /** The variable of the Request; the name of the file where none is given, as ProcessMaker does it. */
  variable: string;
  hasVariable: boolean;
  fileName: string;
  mimeType: string;
  /** Reads the content from where n8n keeps it. */
  load: () => Promise<Result<Buffer>>;
}

const MEGABYTE = 1024 * 1024;
const MAX_MEGABYTES = 100;

/** The rows of the parameter 'Input Binary Fields', with what the item has in these fields. Nothing is sent. */
export function readInputFiles(
  context: IExecuteFunctions,
  itemIndex: number,
  parameter: string,
): Result<InputFile[]> {
  const rows = objectsIn(context.getNodeParameter(parameter, itemIndex, []));
  const files: InputFile[] = [];
  for (const row of rows) {
    const file = readInputFile(context, itemIndex, row);
    if (!file.ok) return file;
    const { field, variable } = file.value;
    if (files.some((other) => other.variable === variable)) {
      return inputFailure(
        `Two files of the item have the variable '${variable}'`,
        `The second would take the place of the first. Give the one in '${field}' another variable. Without one, the name of the file is the variable.`,
      );
    }
    files.push(file.value);
  }
  return { ok: true, value: files };
}

function readInputFile(context: IExecuteFunctions, itemIndex: number, row: IDataObject): Result<InputFile> {
  const field = asText(row.field).trim();
  if (field === '') {
    return inputFailure("A row of 'Input Binary Fields' names no field", namesOf(context, itemIndex));
  }
  let binary: IBinaryData;
  try {
    binary = context.helpers.assertBinaryData(itemIndex, field);
  } catch {
    return inputFailure(`The item has no binary field '${field}'`, namesOf(context, itemIndex));
  }
  const fileName = toFileName(binary.fileName ?? '') || `${toFileName(field)}${extensionOf(binary)}`;
  const variable = asText(row.variable).trim();
  if (sizeOf(binary) > MAX_MEGABYTES * MEGABYTE) return tooLarge(field, fileName);
  return {
    ok: true,
    value: {
      field,
      variable: variable || fileName,
      hasVariable: variable !== '',
      fileName,
      mimeType: binary.mimeType,
      load: async () => {
        const content = await context.helpers.getBinaryDataBuffer(itemIndex, field);
        // Where n8n did not say it before.
        return content.length > MAX_MEGABYTES * MEGABYTE
          ? tooLarge(field, fileName)
          : { ok: true, value: content };
      },
    },
  };
}

function extensionOf({ fileExtension = '' }: IBinaryData): string {
  return fileExtension === '' ? '' : `.${toFileName(fileExtension)}`;
}

/** In bytes, as far as n8n says it without reading the content; it keeps small setups' data as base64. */
function sizeOf({ id, bytes, data }: IBinaryData): number {
  return bytes ?? (id === undefined ? Math.floor((data.length * 3) / 4) : 0);
}

function tooLarge(field: string, fileName: string): Result<never> {
  return inputFailure(
    `The file '${fileName}' in '${field}' is larger than ${MAX_MEGABYTES} MB`,
    'The node reads a file into memory to send it, and takes none that is larger. ProcessMaker itself may have a lower limit.',
  );
}

function namesOf(context: IExecuteFunctions, itemIndex: number): string {
  const names = Object.keys(context.getInputData()[itemIndex]?.binary ?? {});
  return names.length === 0
    ? 'It has no binary fields at all. Put a node before this one that gives the file, such as HTTP Request or Read/Write Files from Disk.'
    : `It has: ${names.join(', ')}. Enter one of them in 'Input Binary Fields'.`;
}
