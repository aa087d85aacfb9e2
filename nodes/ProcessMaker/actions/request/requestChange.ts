import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { readRequestOutput, requestJson, type RequestOutput } from '../../descriptions/requestOutput';
import type { Connection } from '../../transport/connection';
import { inputFailure, type Failure, type Result } from '../../transport/failure';
import { apiPath, callApiPatiently } from '../../transport/request';
import { RequestReader } from '../../api/requests/requestReader';
import { readRequestReference, RequestIds } from '../../api/requests/requestReference';
import { readRequest } from '../../api/requests/requests';
import { runItems, type Turn } from '../../execution/runItems';
import type { ApiRequest } from '../../api/requests/simplifyRequest';
import { Turns } from '../../execution/keyedQueue';

/** A Request that an operation is to change, as it stood at the beginning of the run. */
export interface RequestToChange extends Turn {
  connection: Connection;
  request: ApiRequest;
  output: RequestOutput;
}

/**
 * Runs an operation that changes one Request per item, and gives it as it stands then. The Requests of all items are
 * read together before.
 *
 * @returns one item for each item of the input
 */
export async function changeRequests(
  context: IExecuteFunctions,
  change: (request: RequestToChange) => Promise<Result<ApiRequest>>,
): Promise<INodeExecutionData[]> {
  return await runItems(context, {
    changes: true,
    read(_context, itemIndex, connection) {
      const reference = readRequestReference(context, itemIndex, connection);
      if (!reference.ok) return reference;
      return { ok: true, value: { reference: reference.value, ...readRequestOutput(context, itemIndex) } };
    },
    begin(connection, all) {
      const ids = new RequestIds(
        connection,
        all.map(({ reference }) => reference),
      );
      const reader = new RequestReader(connection, ids, all);
      const turns = new Turns();
      const touched = new Set<number>();
      return async (output, turn) => {
        const id = await ids.idOf(output.reference);
        if (!id.ok) return id;
        const changed = await turns.take(id.value, async () => {
          // Another item may have changed it since all of them were read.
          const request = touched.has(id.value)
            ? await readRequest(connection, id.value, output.includes)
            : await reader.get(output);
          touched.add(id.value);
          if (!request.ok || turn.isDone) return request;
          return await change({ connection, request: request.value, output, ...turn });
        });
        if (!changed.ok) return changed;
        return { ok: true, value: [{ json: requestJson(changed.value, output, connection.instanceUrl) }] };
      };
    },
  });
}

/**
 * Sets the status of a Request: `PUT /api/1.0/requests/{id}`, answered with 204. What became of a call whose answer was
 * lost is seen on the Request.
 *
 * @param explain what some answers mean
 */
export async function setRequestStatus(
  { connection, request: { id }, output: { includes } }: RequestToChange,
  status: 'CANCELED' | 'COMPLETED',
  explain: (failure: Failure) => Failure,
): Promise<Result<ApiRequest>> {
  const call = await callApiPatiently(connection, {
    method: 'PUT',
    path: apiPath('1.0', 'requests', id),
    body: JSON.stringify({ status }),
    expects: 'nothing',
  });
  if (call.ok) {
    const changed = await readChanged(connection, id, includes);
    return changed.ok && changed.value.status !== status ? notChanged(changed.value, status) : changed;
  }
  if (call.failure.delivery === 'notProcessed') return { ok: false, failure: explain(call.failure) };
  const after = await readRequest(connection, id, includes);
  return after.ok && after.value.status === status ? after : call;
}

/** ProcessMaker answers 204 also when it leaves the Request as it is, since it has come to another end. */
function notChanged({ id, status: found }: ApiRequest, status: string): Result<never> {
  return inputFailure(
    `ProcessMaker did not set Request ${id} to status ${status}: it stands in status ${found}`,
    'It may have come to its end at the same moment. Look at its page in ProcessMaker.',
  );
}

/** Reads a Request that was changed. That this fails does not undo the change, and is told so. */
export async function readChanged(
  connection: Connection,
  id: number,
  includes: string[],
): Promise<Result<ApiRequest>> {
  const after = await readRequest(connection, id, includes);
  if (after.ok) return after;
  const { failure } = after;
  return {
    ok: false,
    failure: {
      ...failure,
      message: `The change of Request ${id} was made, but the Request cannot be read afterwards: ${failure.message}`,
      description: `Do not repeat the change. ${failure.description}`,
      done: true,
    },
  };
}
