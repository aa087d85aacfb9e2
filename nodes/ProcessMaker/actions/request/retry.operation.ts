import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { requestLocator } from '../../descriptions/locators/request';
import { requestOutputCollection } from '../../descriptions/requestOutput';
import { asText } from '../../guards';
import { changeRequests, readChanged, type RequestToChange } from './requestChange';
import { aboutRequest, readRequest } from '../../api/requests/requests';
import type { ApiRequest } from '../../api/requests/simplifyRequest';
import { inputFailure, type Failure, type Result } from '../../transport/failure';
import { apiPath, callApiPatiently } from '../../transport/request';
import type { Operation } from '../operation';

export const retry: Operation = {
  value: 'retry',
  name: 'Retry',
  action: 'Retry request',
  description: 'Let a Request in status ERROR try again what did not work, as an administrator',
  fields: [requestLocator, requestOutputCollection],
  execute,
};

/** Retries one Request per item that stands in ERROR, and gives it as it stands then. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await changeRequests(this, retryRequest);
}

/**
 * Retries a Request: `PUT /api/1.0/requests/{id}/retry`, since ProcessMaker 4.3.1; 200 with `{ message: […], success }`.
 * One that stands in ERROR is retried also when an earlier try may have done so: then that has come to its end.
 */
async function retryRequest({
  connection,
  request,
  output: { includes },
  mayBeDone,
}: RequestToChange): Promise<Result<ApiRequest>> {
  const { id, status } = request;
  if (status !== 'ERROR') {
    if (mayBeDone) return { ok: true, value: request };
    return inputFailure(
      `Request ${id} stands in status ${status}, so that there is nothing to retry`,
      'Only a Request in status ERROR can be retried.',
    );
  }
  const call = await callApiPatiently(connection, {
    method: 'PUT',
    path: apiPath('1.0', 'requests', id, 'retry'),
    body: '{}',
  });
  if (call.ok) {
    const answer: { success?: unknown; message?: unknown } = call.value;
    return answer.success === false
      ? notRetried(id, answer.message)
      : await readChanged(connection, id, includes);
  }
  if (call.failure.delivery === 'notProcessed') return { ok: false, failure: explain(call.failure, id) };
  const after = await readRequest(connection, id, includes);
  return after.ok && after.value.status !== 'ERROR' ? after : call;
}

function notRetried(id: number, message: unknown): Result<never> {
  const reasons = [message].flat().map(asText).filter(Boolean).join('; ');
  return inputFailure(
    `ProcessMaker did not retry Request ${id}${reasons && `: ${reasons}`}`,
    "It retries only scripts and services that did not work. Look at the Request's page for what stopped it, or end it with the operation 'Complete' or 'Cancel'.",
  );
}

function explain(failure: Failure, id: number): Failure {
  // The Request was just read, so that what is missing is the route.
  if (failure.kind === 'methodNotAllowed' || failure.kind === 'notFound') {
    return {
      ...failure,
      message: `This ProcessMaker cannot retry Request ${id} by its API`,
      description:
        'The API has it since ProcessMaker 4.3.1. Retry the Request on its page, or update ProcessMaker.',
    };
  }
  return aboutRequest(failure, id, 'Only an administrator may retry a Request.');
}
