import type { IDataObject } from 'n8n-workflow';

import { asText, isObject } from '../../guards';

/** A file as ProcessMaker's API gives it, as far as it is relied on. */
export interface ApiFile extends IDataObject {
  id: number;
  file_name: string;
  /** In bytes. */
  size: number;
}

/** Whether an entry of a list is a file. */
export function isApiFile(entry: unknown): entry is ApiFile {
  return (
    isObject(entry) &&
    Number.isInteger(entry.id) &&
    typeof entry.file_name === 'string' &&
    Number.isInteger(entry.size)
  );
}

/** The variable of the Request that a file belongs to; its name where it was uploaded without one. */
export function variableOf({ custom_properties: properties }: ApiFile): string {
  return isObject(properties) ? asText(properties.data_name) : '';
}

/** What matters of a file to most workflows. Its `original_url` may be open to everybody, and is not passed on. */
export function simplifyFile(file: ApiFile, requestId: number): IDataObject {
  const properties = isObject(file.custom_properties) ? file.custom_properties : {};
  return {
    fileId: file.id,
    requestId,
    fileName: file.file_name,
    variable: variableOf(file),
    mimeType: file.mime_type ?? null,
    size: file.size,
    createdAt: file.created_at ?? null,
    createdBy: properties.createdBy ?? null,
  };
}

/** Whether ProcessMaker keeps a file of one name under the other: it puts dashes for what it does not allow. */
export function isSameName(stored: string, sent: string): boolean {
  const essence = (name: string) => name.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}.]/gu, '');
  return essence(stored) === essence(sent);
}
