import type { Connection } from '../../../nodes/ProcessMaker/transport/connection';
import { WaitingRoom } from '../../../nodes/ProcessMaker/waiting/waitingRoom';
import { Patience } from '../../../nodes/ProcessMaker/transport/retryBudget';

it('lets nobody wait for ever when a look ends in an exception that nobody thought of', async () => {
  const connection = {
    instanceUrl: 'http://127.0.0.1:1',
    headers: {},
    patience: new Patience(0),
    context: {},
    scrub: () => {
      throw new TypeError('not thought of');
    },
  } as unknown as Connection;
  const room = new WaitingRoom(connection);
  const waits = [1, 2].map((requestId) => room.wait({ requestId, seconds: 60 }));
  const results = await Promise.allSettled(waits);
  expect(results).toEqual([1, 2].map(() => ({ status: 'rejected', reason: expect.any(TypeError) as Error })));
});
