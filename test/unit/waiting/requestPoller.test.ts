import type { Connection } from '../../../nodes/ProcessMaker/transport/connection';
import { RequestPoller } from '../../../nodes/ProcessMaker/waiting/requestPoller';

it('rejects every wait when a poll throws an unexpected exception', async () => {
  let reads = 0;
  const connection = {
    // Asked for by the pause before the first poll, and then by the poll.
    get canceled() {
      if (++reads > 1) throw new TypeError('not thought of');
      return undefined;
    },
  } as Connection;
  const poller = new RequestPoller(connection);
  const waits = [1, 2].map((requestId) => poller.pollUntil({ requestId, seconds: 60 }));
  const results = await Promise.allSettled(waits);
  expect(results).toEqual([1, 2].map(() => ({ status: 'rejected', reason: expect.any(TypeError) as Error })));
});
