import type { IDataObject } from 'n8n-workflow';

import { updateRequest } from '../../../api/requests/changes';
import { aboutRequest, type ApiRequest, readRequest } from '../../../api/requests/requests';
import type { Attempt } from '../../../execution/change';
import { findUnsendable } from '../../../fields/jsonData';
import { dataOf, hasFields, isHidden } from '../../../fields/storedData';
import { isObject } from '../../../guards';
import type { Connection } from '../../../transport/connection';
import { inputError, isKind } from '../../../transport/processMakerError';
import { changeRequest, readChanged } from '../requestChange';
import { mergeDeep } from './mergeData';

/** Updates the data of a Request: each field takes the place of that of the same name; `isDeep` merges objects. */
export async function updateData(
  connection: Connection,
  id: number,
  { data, isDeep, includes }: { data: IDataObject; isDeep: boolean; includes: string[] },
  { mayBeDone, isDone }: Attempt,
): Promise<ApiRequest> {
  if (isDone) return await readChanged(connection, id, includes);
  let fields = data;
  if (isDeep || mayBeDone) {
    const before = await readRequest(connection, id, includes);
    if (isDeep) fields = merged(dataOf(before), data);
    if (mayBeDone && shows(before, fields)) return before;
  }
  return await changeRequest(connection, {
    id,
    includes,
    send: async () => await updateRequest(connection, id, { data: fields }),
    isMade: (request) => shows(request, fields),
    explain: (thrown) => explain(thrown, id),
  });
}

/** Of what is stored, only the fields that are given: the less is written, the less a change of others is overwritten. */
function merged(stored: IDataObject, given: IDataObject): IDataObject {
  const same = Object.fromEntries(Object.entries(stored).filter(([name]) => Object.hasOwn(given, name)));
  const fields = mergeDeep(same, given);
  let inexact: string | undefined;
  findUnsendable(fields, (change, path) => {
    if (change === 'unsafeInteger' || change === 'bigInteger') inexact ??= path;
  });
  if (inexact === undefined) return fields;
  throw inputError(
    `Field '${inexact}' holds a whole number beyond 9007199254740991, which would lose digits when the data is written back`,
    "Choose 'Shallow' in 'Merge', or keep such a number as text.",
  );
}

/** Whether the data has the fields, as far as it can be seen: ProcessMaker hides those that begin with an underscore. */
function shows(request: ApiRequest, fields: IDataObject): boolean {
  return !Object.keys(fields).some(isHidden) && hasFields(dataOf(request), fields);
}

/** @throws ProcessMakerError for what cannot be merged, before any call */
export function checkUpdate(data: IDataObject, isDeep: boolean): void {
  if (Object.keys(data).length === 0) {
    throw inputError('The data holds no field to update', "Give at least one field in 'Data'.");
  }
  const hidden = isDeep && Object.keys(data).find((name) => isHidden(name) && isObject(data[name]));
  if (!hidden) return;
  throw inputError(
    `Field '${hidden}' cannot be merged, since ProcessMaker does not show fields that begin with an underscore`,
    "Choose 'Shallow' in 'Merge', and give the whole object.",
  );
}

function explain(thrown: unknown, id: number): Error {
  if (!isKind(thrown, 'forbidden')) return aboutRequest(thrown, id);
  return thrown.with({
    message: `The user of the access token may not edit the data of Request ${id}`,
    description:
      "To have started the Request is not enough. While it is in status ACTIVE, the user needs the permission 'edit-task_data' or 'edit-request_data', and afterwards 'edit-request_data'. Ask a ProcessMaker administrator.",
  });
}
