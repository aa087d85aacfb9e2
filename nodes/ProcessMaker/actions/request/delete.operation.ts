import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { requestLocator } from '../../descriptions/locators/request';
import { RequestIds, readRequestReference } from '../../api/requests/requestReference';
import { aboutRequest, readUnlisted } from '../../api/requests/requests';
import { runItems, type Turn } from '../../execution/runItems';
import type { Connection } from '../../transport/connection';
import type { Result } from '../../transport/failure';
import { apiPath, callApiPatiently } from '../../transport/request';
import type { Operation } from '../operation';

export const deleteRequest: Operation = {
  value: 'delete',
  name: 'Delete',
  action: 'Delete request',
  description: 'Remove a Request with its Tasks and files for good',
  fields: [requestLocator],
  execute,
};

/** Deletes one Request per item. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: true,
    read: readRequestReference,
    begin(connection, all) {
      const ids = new RequestIds(connection, all);
      return async (reference, turn) => {
        if (turn.isDone) return { ok: true, value: [{ json: { deleted: true, ...reference } }] };
        const id = await ids.idOf(reference);
        if (!id.ok) {
          // An earlier try has found the case, and its Request is gone.
          const isGone = turn.mayBeDone && id.failure.kind === 'input';
          return isGone ? { ok: true, value: [{ json: { deleted: true, ...reference } }] } : id;
        }
        const deleted = await deleteById(connection, id.value, turn);
        return deleted.ok ? { ok: true, value: [{ json: deleted.value }] } : deleted;
      };
    },
  });
}

/**
 * Deletes a Request: `DELETE /api/1.0/requests/{id}`, answered with 204, or with 404 when there is none. What became of
 * a call whose answer was lost is seen by whether the Request is still there.
 */
async function deleteById(
  connection: Connection,
  id: number,
  { mayBeDone }: Turn,
): Promise<Result<IDataObject>> {
  const deleted = { ok: true as const, value: { deleted: true, id } };
  const call = await callApiPatiently(connection, {
    method: 'DELETE',
    path: apiPath('1.0', 'requests', id),
    expects: 'nothing',
  });
  if (call.ok) return deleted;
  const { failure } = call;
  if (failure.delivery === 'notProcessed') {
    if (failure.kind === 'notFound' && mayBeDone) return deleted;
    return { ok: false, failure: aboutRequest(failure, id, MAY_DELETE) };
  }
  const after = await readUnlisted(connection, id, []);
  return !after.ok && after.failure.kind === 'notFound' ? deleted : call;
}

const MAY_DELETE = 'Whoever deletes a Request has to be an administrator or to have started it.';
