import { retryRequest } from '../../api/requests/changes';
import { aboutRequest } from '../../api/requests/requests';
import { inputError, isKind } from '../../transport/processMakerError';
import { operation } from '../operation';
import { changeRequest, changeRequests } from './requestChange';

/**
 * Retries one Request per item that is in ERROR, also when an earlier attempt may have done so: then that has come to its
 * end.
 */
export const retry = operation({
  value: 'retry',
  name: 'Retry',
  action: 'Retry request',
  description: 'Let a Request in status ERROR try again what did not work, as an administrator',
  ...changeRequests(async ({ connection, request, output, mayBeDone }) => {
    const { id, status } = request;
    if (status !== 'ERROR') {
      if (mayBeDone) return request;
      throw inputError(
        `Request ${id} is in status ${status}, so that there is nothing to retry`,
        'Only a Request in status ERROR can be retried.',
      );
    }
    return await changeRequest(connection, {
      id,
      includes: output.includes,
      send: async () => await retryRequest(connection, id),
      isMade: (after) => after.status !== 'ERROR',
      explain: (thrown) => explain(thrown, id),
    });
  }),
});

function explain(thrown: unknown, id: number): Error {
  // The Request was just read, so that what is missing is the route.
  if (isKind(thrown, 'methodNotAllowed', 'notFound')) {
    return thrown.with({
      message: `This ProcessMaker cannot retry Request ${id} by its API`,
      description:
        'The API has it since ProcessMaker 4.3.1. Retry the Request on its page, or update ProcessMaker.',
    });
  }
  return aboutRequest(thrown, id, 'Only an administrator may retry a Request.');
}
