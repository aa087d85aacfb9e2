import { aboutRequest, type ApiRequest } from '../../api/requests/requests';
import { requestLocator } from '../../descriptions/locators/request';
import { requestOutputCollection } from '../../descriptions/output';
import { inputError } from '../../transport/processMakerError';
import { operation } from '../operation';
import { changeRequests, type RequestToChange, setRequestStatus } from './requestChange';

/** Cancels one Request per item, and gives it as it is then. */
export const cancel = operation({
  value: 'cancel',
  name: 'Cancel',
  action: 'Cancel request',
  description: 'End a Request before it is completed',
  fields: [requestLocator, requestOutputCollection],
  ...changeRequests(cancelRequest),
});

/** Cancels a Request. ProcessMaker takes the call whatever the Request's status is, so it is looked at before. */
async function cancelRequest(toChange: RequestToChange): Promise<ApiRequest> {
  const { id, status } = toChange.request;
  if (status === 'CANCELED') return toChange.request;
  if (status === 'COMPLETED') {
    throw inputError(
      `Request ${id} is already completed, so that it cannot be canceled`,
      'Only a Request in status ACTIVE or ERROR can be canceled.',
    );
  }
  return await setRequestStatus(toChange, 'CANCELED', (thrown) => aboutRequest(thrown, id, MAY_CANCEL));
}

const MAY_CANCEL =
  "Whoever cancels a Request has to be an administrator, or to be given the right to cancel in the process's configuration.";
