import { OperationalError, sleep } from 'n8n-workflow';

/** Ends the wait for a deadline. To make one for each call would cost more than all else that is done for a call. */
const CALL_ENDED = new OperationalError('The call has ended');

/**
 * Waits for a call, but not for ever: an answer that drips in slowly resets the client's own timeout with every byte.
 *
 * @throws OperationalError with the code ETIMEDOUT
 */
export async function withDeadline<T>(call: Promise<T>, milliseconds: number): Promise<T> {
  const over = new AbortController();
  const deadline = sleep(milliseconds, over.signal).then(() => {
    throw Object.assign(new OperationalError('The answer did not end in time'), { code: 'ETIMEDOUT' });
  });
  try {
    return await Promise.race([call, deadline]);
  } finally {
    over.abort(CALL_ENDED);
    deadline.catch(() => undefined);
  }
}
