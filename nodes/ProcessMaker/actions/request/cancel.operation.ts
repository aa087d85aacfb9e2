import { aboutRequest } from '../../api/requests/requests';
import { inputError } from '../../transport/processMakerError';
import { operation } from '../operation';
import { changeRequests, setRequestStatus } from './requestChange';

const MAY_CANCEL =
  "Whoever cancels a Request has to be an administrator, or to be given the right to cancel in the process's configuration.";

/** Cancels one Request per item. ProcessMaker takes the call whatever the Request's status is, so it is looked at before. */
export const cancel = operation({
  value: 'cancel',
  name: 'Cancel',
  action: 'Cancel request',
  description: 'End a Request and its sub-processes. A parent of it goes on.',
  ...changeRequests(async (toChange) => {
    const { id, status } = toChange.request;
    if (status === 'CANCELED') return toChange.request;
    if (status === 'COMPLETED') {
      throw inputError(
        `Request ${id} is already completed, so there is nothing to cancel`,
        'Only a Request in status ACTIVE or ERROR can be ended.',
      );
    }
    return await setRequestStatus(toChange, 'CANCELED', (thrown) => aboutRequest(thrown, id, MAY_CANCEL));
  }),
});
