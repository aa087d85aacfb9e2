import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { requestLocator } from '../../descriptions/locators/request';
import { requestOutputCollection } from '../../descriptions/requestOutput';
import { changeRequests, setRequestStatus, type RequestToChange } from './requestChange';
import { aboutRequest } from '../../api/requests/requests';
import type { ApiRequest } from '../../api/requests/simplifyRequest';
import { inputFailure, type Result } from '../../transport/failure';
import type { Operation } from '../operation';

export const cancel: Operation = {
  value: 'cancel',
  name: 'Cancel',
  action: 'Cancel request',
  description: 'End a Request before it is completed',
  fields: [requestLocator, requestOutputCollection],
  execute,
};

/** Cancels one Request per item, and gives it as it stands then. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[]> {
  return await changeRequests(this, cancelRequest);
}

/** Cancels a Request. ProcessMaker answers 204 whatever the Request's status is, so it is looked at before. */
async function cancelRequest(toChange: RequestToChange): Promise<Result<ApiRequest>> {
  const { id, status } = toChange.request;
  if (status === 'CANCELED') return { ok: true, value: toChange.request };
  if (status === 'COMPLETED') {
    return inputFailure(
      `Request ${id} is already completed, so that it cannot be canceled`,
      'Only a Request in status ACTIVE or ERROR can be canceled.',
    );
  }
  return await setRequestStatus(toChange, 'CANCELED', (failure) => aboutRequest(failure, id, MAY_CANCEL));
}

const MAY_CANCEL =
  "Whoever cancels a Request has to be an administrator, or to be given the right to cancel in the process's configuration.";
