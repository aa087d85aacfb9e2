import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { requestLocator } from '../../descriptions/locators/request';
import { requestOutputCollection } from '../../descriptions/requestOutput';
import { changeRequests, setRequestStatus, type RequestToChange } from './requestChange';
import { aboutRequest } from '../../api/requests/requests';
import type { ApiRequest } from '../../api/requests/simplifyRequest';
import { inputFailure, type Failure, type Result } from '../../transport/failure';
import type { Operation } from '../operation';

export const complete: Operation = {
  value: 'complete',
  name: 'Complete',
  action: 'Complete request',
  description: 'Close a Request in status ERROR as completed, as an administrator',
  fields: [requestLocator, requestOutputCollection],
  execute,
};

/** Completes one Request per item that stands in ERROR, and gives it as it stands then. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await changeRequests(this, completeRequest);
}

async function completeRequest(toChange: RequestToChange): Promise<Result<ApiRequest>> {
  const { request, mayBeDone } = toChange;
  const { id, status } = request;
  if (status === 'COMPLETED' && mayBeDone) return { ok: true, value: request };
  if (status !== 'ERROR') {
    return inputFailure(
      `Request ${id} stands in status ${status}, so that it cannot be completed by hand`,
      ADVICE,
    );
  }
  return await setRequestStatus(toChange, 'COMPLETED', (failure) => explain(failure, id));
}

const ADVICE =
  "Only a Request in status ERROR can. One in status ACTIVE goes on when its Tasks are completed; to end it before, use the operation 'Cancel'.";

function explain(failure: Failure, id: number): Failure {
  if (failure.kind !== 'invalid') {
    return aboutRequest(failure, id, 'Only an administrator may complete a Request by hand.');
  }
  // It has left ERROR since it was read.
  return {
    ...failure,
    message: `ProcessMaker refused to complete Request ${id} by hand`,
    description: `It says: ${failure.description} ${ADVICE}`,
  };
}
