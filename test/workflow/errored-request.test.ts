import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useWorld } from '../support/world';

const world = useWorld();

describe('a Request that comes back in ERROR', () => {
  const FAILS = { process: locator('id', 16), startEvent: locator('id', 'node_1') };

  it('is an item error that names the Request, the element and what the engine says', async () => {
    const run = await world.start(FAILS, { user: 'admin', settings: ERROR_OUTPUT });
    const [request] = world.requests();
    expect(request?.status).toBe('ERROR');
    expect(failedItems(run)).toMatchObject([{ outcome: 'startedInError', requestId: request?.id }]);
    for (const text of [String(request?.id), 'Task', 'no Process Manager associated']) {
      expect(failedItems(run)[0]?.text).toContain(text);
    }
  });

  it('ends the run', async () => {
    const run = await world.start(FAILS, { user: 'admin' });
    expect(run.status).toBe('error');
    expect(run.error?.message).toContain(String(world.requests()[0]?.id));
  });

  it('is a normal item with Return Requests in Error', async () => {
    const parameters = { ...FAILS, options: { returnErroredRequests: true } };
    const run = await world.start(parameters, { user: 'admin', settings: ERROR_OUTPUT });
    expect(run.items('ProcessMaker')).toMatchObject([{ id: world.requests()[0]?.id, status: 'ERROR' }]);
    expect(failedItems(run)).toEqual([]);
  });
});
