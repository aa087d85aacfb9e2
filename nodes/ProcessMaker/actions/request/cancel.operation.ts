import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { requestLocator } from '../../descriptions/locators/request';
import { RequestReader } from '../../helpers/requestReader';
import { RequestIds, readRequestReference } from '../../helpers/requestReference';
import { aboutRequest, readRequest } from '../../helpers/requests';
import { runItems } from '../../helpers/runItems';
import { simplifyRequest, type ApiRequest } from '../../helpers/simplify';
import type { Connection } from '../../transport/connection';
import { inputFailure, type Result } from '../../transport/failure';
import { apiPath, callApiPatiently } from '../../transport/request';
import type { Operation } from '../operation';

export const cancel: Operation = {
  value: 'cancel',
  name: 'Cancel',
  action: 'Cancel request',
  description: 'End a Request before it is completed',
  fields: [requestLocator],
  execute,
};

/** Cancels one Request per item, and gives it as it stands then. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await runItems(this, {
    changes: true,
    read: readRequestReference,
    begin(connection, all) {
      const wanted = all.map((reference) => ({ reference, includes: INCLUDES }));
      const reader = new RequestReader(connection, new RequestIds(connection, all), wanted);
      return async (reference) => {
        const request = await reader.get({ reference, includes: INCLUDES });
        if (!request.ok) return request;
        const canceled = await cancelRequest(connection, request.value);
        if (!canceled.ok) return canceled;
        return { ok: true, value: [{ json: simplifyRequest(canceled.value, connection.instanceUrl) }] };
      };
    },
  });
}

const INCLUDES = ['process', 'activeTasks'];

/**
 * Cancels a Request: `PUT /api/1.0/requests/{id}` with `{"status":"CANCELED"}`. ProcessMaker answers 204 whatever the
 * Request's status is, so it is looked at before, and read again afterwards.
 */
async function cancelRequest(connection: Connection, request: ApiRequest): Promise<Result<ApiRequest>> {
  const { id, status } = request;
  if (status === 'CANCELED') return { ok: true, value: request };
  if (status === 'COMPLETED') {
    return inputFailure(
      `Request ${id} is already completed, so that it cannot be canceled`,
      'Only a Request in status ACTIVE or ERROR can be canceled.',
    );
  }
  const call = await callApiPatiently(connection, {
    method: 'PUT',
    path: apiPath('1.0', 'requests', id),
    body: JSON.stringify({ status: 'CANCELED' }),
    expects: 'nothing',
  });
  if (!call.ok && call.failure.delivery === 'notProcessed') {
    return { ok: false, failure: aboutRequest(call.failure, id) };
  }
  const after = await readRequest(connection, id, INCLUDES);
  // What became of a call whose answer was lost is seen on the Request.
  if (!call.ok) return after.ok && after.value.status === 'CANCELED' ? after : call;
  return after;
}
