import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

describe('a Request that starts in ERROR', () => {
  const FAILS = { process: locator('id', 16), startEvent: locator('id', 'node_1') };

  it('fails the item of a Request that starts in ERROR, and names Request, element and cause', async () => {
    const run = await harness.start(FAILS, { user: 'admin', settings: ERROR_OUTPUT });
    const [request] = harness.requests();
    expect(request?.status).toBe('ERROR');
    expect(failedItems(run)).toMatchObject([{ outcome: 'startedInError', requestId: request?.id }]);
    for (const text of [String(request?.id), 'Task', 'no Process Manager associated']) {
      expect(failedItems(run)[0]?.text).toContain(text);
    }
  });

  it('ends the run when a Request starts in ERROR', async () => {
    const run = await harness.start(FAILS, { user: 'admin' });
    expect(run.status).toBe('error');
    expect(run.error?.message).toContain(String(harness.requests()[0]?.id));
  });

  it('returns a Request in ERROR like any other with Return Requests in Error', async () => {
    const parameters = { ...FAILS, options: { returnErroredRequests: true } };
    const run = await harness.start(parameters, { user: 'admin', settings: ERROR_OUTPUT });
    expect(run.items('ProcessMaker')).toMatchObject([{ id: harness.requests()[0]?.id, status: 'ERROR' }]);
    expect(failedItems(run)).toEqual([]);
  });
});
