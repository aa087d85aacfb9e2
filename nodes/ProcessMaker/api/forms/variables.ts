import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import { readList } from '../../transport/pagination';
import { apiPath } from '../../transport/request';
import { asText } from '../../guards';
import { isUsablePath, typeOfFormat, type FormField } from './field';

const PREFIX = 'data.';

/**
 * The variables of all forms of a process: `GET /api/1.1/processes/variables?processIds=…`, which answers for any valid
 * token. Buttons and files are left out.
 *
 * @returns none for a process without a form; undefined on servers before 4.14.2, which do not know the route
 */
export async function readVariables(
  connection: Connection,
  processId: number,
): Promise<Result<FormField[] | undefined>> {
  const list = await readList(connection, {
    path: apiPath('1.1', 'processes', 'variables'),
    qs: { processIds: processId },
  });
  if (list.ok) return { ok: true, value: list.value.flatMap(toField) };
  const isUnknownRoute = list.failure.kind === 'notFound' || list.failure.kind === 'methodNotAllowed';
  return isUnknownRoute ? { ok: true, value: undefined } : list;
}

function toField({ field, label, format, isSubmitButton }: IDataObject): FormField[] {
  const name = asText(field);
  const path = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : '';
  if (isSubmitButton === true || format === 'file' || !isUsablePath(path)) return [];
  return [{ path, label: asText(label).trim() || path, ...typeOfFormat(asText(format)) }];
}
