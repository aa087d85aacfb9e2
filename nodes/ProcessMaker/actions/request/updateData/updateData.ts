import type { IDataObject } from 'n8n-workflow';

import type { Connection } from '../../../transport/connection';
import { inputFailure, type Failure, type Result } from '../../../transport/failure';
import { apiPath, callApiPatiently } from '../../../transport/request';
import { isObject } from '../../../guards';
import { findUnsendable } from '../../../input/jsonData';
import { hasFields, mergeDeep } from './mergeData';
import { readChanged } from '../requestChange';
import { aboutRequest, readRequest } from '../../../api/requests/requests';
import type { Turn } from '../../../execution/runItems';
import type { ApiRequest } from '../../../api/requests/simplifyRequest';

/** Fields to put into the data of a Request. */
export interface DataUpdate {
  requestId: number;
  data: IDataObject;
  /** Whether objects are merged field by field. ProcessMaker itself replaces them. */
  isDeep: boolean;
  /** What the Request is to bring along, its data among it: names that ProcessMaker's `include` knows. */
  includes: string[];
}

/**
 * Updates the data of a Request: `PUT /api/1.0/requests/{id}` with `{"data":{…}}`, answered with 204. ProcessMaker puts
 * each field in the place of that of the same name. What became of a call whose answer was lost is seen in the data.
 *
 * @returns the Request as it stands then
 */
export async function updateData(
  connection: Connection,
  { requestId, data, isDeep, includes }: DataUpdate,
  { mayBeDone, isDone }: Turn,
): Promise<Result<ApiRequest>> {
  if (isDone) return await readChanged(connection, requestId, includes);
  let fields = data;
  if (isDeep || mayBeDone) {
    const before = await readRequest(connection, requestId, includes);
    if (!before.ok) return before;
    const stored = dataOf(before.value);
    if (isDeep) {
      const both = merged(stored, data);
      if (!both.ok) return both;
      fields = both.value;
    }
    if (mayBeDone && shows(stored, fields)) return before;
  }
  const call = await callApiPatiently(connection, {
    method: 'PUT',
    path: apiPath('1.0', 'requests', requestId),
    body: JSON.stringify({ data: fields }),
    expects: 'nothing',
  });
  if (call.ok) return await readChanged(connection, requestId, includes);
  if (call.failure.delivery === 'notProcessed')
    return { ok: false, failure: explain(call.failure, requestId) };
  const after = await readRequest(connection, requestId, includes);
  return after.ok && shows(dataOf(after.value), fields) ? after : call;
}

/** Empty data comes as a list. */
function dataOf({ data }: ApiRequest): IDataObject {
  return isObject(data) ? data : {};
}

/** Of what is stored, only the fields that are given: the less is written, the less a change of others is overwritten. */
function merged(stored: IDataObject, given: IDataObject): Result<IDataObject> {
  const same = Object.fromEntries(Object.entries(stored).filter(([name]) => Object.hasOwn(given, name)));
  const fields = mergeDeep(same, given);
  let inexact: string | undefined;
  findUnsendable(fields, (change, path) => {
    if (change === 'unsafeInteger' || change === 'bigInteger') inexact ??= path;
  });
  if (inexact === undefined) return { ok: true, value: fields };
  return inputFailure(
    `Field '${inexact}' holds a whole number beyond 9007199254740991, which would lose digits when the data is written back`,
    "Choose 'Shallow' in 'Merge', or keep such a number as text.",
  );
}

/** Whether the data surely has the fields: ProcessMaker hides those that begin with an underscore. */
function shows(stored: IDataObject, fields: IDataObject): boolean {
  return !Object.keys(fields).some(isHidden) && hasFields(stored, fields);
}

const isHidden = (name: string) => name.startsWith('_');

/** What cannot be merged, found before any call. */
export function checkUpdate(data: IDataObject, isDeep: boolean): Result<IDataObject> {
  if (Object.keys(data).length === 0) {
    return inputFailure('The data holds no field to update', "Give at least one field in 'Data'.");
  }
  const hidden = isDeep && Object.keys(data).find((name) => isHidden(name) && isObject(data[name]));
  if (!hidden) return { ok: true, value: data };
  return inputFailure(
    `Field '${hidden}' cannot be merged, since ProcessMaker does not show fields that begin with an underscore`,
    "Choose 'Shallow' in 'Merge', and give the whole object.",
  );
}

function explain(failure: Failure, id: number): Failure {
  if (failure.kind !== 'forbidden') return aboutRequest(failure, id);
  return {
    ...failure,
    message: `The user of the access token may not edit the data of Request ${id}`,
    description:
      "To have started the Request is not enough. While it is in status ACTIVE, the user needs the permission 'edit-task_data' or 'edit-request_data', and afterwards 'edit-request_data'. Ask a ProcessMaker administrator.",
  };
}
