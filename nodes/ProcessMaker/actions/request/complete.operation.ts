import { aboutRequest } from '../../api/requests/requests';
import { acceptAsMade } from '../../execution/acceptAsMade';
import { inputError, isKind } from '../../transport/processMakerError';
import { operation } from '../operation';
import { changeRequests, setRequestStatus } from './requestChange';

const ADVICE =
  "Only a Request in status ERROR can. One in status ACTIVE goes on when its Tasks are completed; to end it before, use the operation 'Cancel'.";

export const complete = operation({
  value: 'complete',
  name: 'Complete',
  action: 'Complete request',
  description: 'Close a Request in status ERROR as completed (administrators only)',
  ...changeRequests(async (toChange) => {
    const { request } = toChange;
    const { id, status } = request;
    if (status !== 'ERROR') {
      const refusal = inputError(
        `Request ${id} is in status ${status}, so it cannot be completed by hand`,
        ADVICE,
      );
      if (status !== 'COMPLETED') throw refusal;
      acceptAsMade(toChange, refusal);
      return request;
    }
    return await setRequestStatus(toChange, 'COMPLETED', (thrown) => explain(thrown, id));
  }),
});

function explain(thrown: unknown, id: number): Error {
  if (!isKind(thrown, 'invalid')) {
    return aboutRequest(thrown, id, 'Only an administrator may complete a Request by hand.');
  }
  // It has left ERROR since it was read.
  return thrown.with({
    message: `ProcessMaker refused to complete Request ${id} by hand`,
    description: `It says: ${thrown.description} ${ADVICE}`,
  });
}
