import { respond, pass, resetBefore } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { n8nHas } from '../support/features';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const ITEMS = [{ number: 'a' }, { number: 'b' }, { number: 'c' }];
const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
// Without a recovery window, an item that is refused or lost once fails at once.
const ONE_BY_ONE = { ...TARGET, options: { requestsInParallel: 1, recoveryWindow: 0 } };
const busy = respond(429, { message: 'Too Many Attempts.' });

// The same holds for a further attempt within one execution and for the Retry button after an ordinary failure.
const REPEATS = {
  'Retry On Fail': (parameters = ONE_BY_ONE, input: unknown[] = ITEMS) =>
    harness.start(parameters, { input, settings: RETRY_ON_FAIL }),
  'the Retry button': async (parameters = ONE_BY_ONE, input: unknown[] = ITEMS) => {
    const failed = await harness.start(parameters, { input });
    expect(failed.status).toBe('error');
    return await harness.engine.retry(failed, { credentials: harness.credentials() });
  },
};

describe.each(Object.entries(REPEATS))('%s', (_, repeat) => {
  it('starts only the items on a retry that were not started before', async () => {
    harness.treatOnce('b', busy);
    const run = await repeat();
    expect(run.status).toBe('success');
    expect(harness.numbers().sort()).toEqual(['a', 'b', 'c']);
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(
      ['a', 'b', 'c'].map(
        (number) => harness.requests().find(({ data }) => (data as { number: string }).number === number)?.id,
      ),
    );
    // One start each, and the one that was refused.
    expect(harness.starts()).toHaveLength(4);
  });

  it('gives the same output fields for an item that an earlier attempt has started', async () => {
    harness.treatOnce('b', busy);
    const run = await repeat();
    const [first] = run.items('ProcessMaker');
    expect(Object.keys(first ?? {})).toEqual([
      'id',
      'caseNumber',
      'status',
      'processId',
      'processName',
      'startedAt',
      'completedAt',
      'activeTask',
      'url',
    ]);
    expect(first).toMatchObject({ status: 'ACTIVE', processId: 2, activeTask: { name: 'Form Task' } });
  });

  it.each([
    ['the connection was lost before the start', resetBefore],
    ['a gateway responded', respond(502, '<html></html>')],
  ])('does not send an item again whose outcome is unknown because %s', async (_case, behaviour) => {
    harness.treatOnce('b', behaviour);
    const run = await repeat();
    expect(run.status).toBe('error');
    expect(run.error?.message).toMatch(/not known whether an earlier attempt.*item 1/s);
    expect(run.error?.description).toContain(`data._n8n_key = "${String(harness.sentKeys()[1])}"`);
    expect(harness.sent().map(({ number }) => number)).toEqual(['a', 'b']);
    expect(harness.numbers()).toEqual(['a']);
  });

  it('finds a start that an earlier attempt left unknown when its Request exists by now', async () => {
    let late: (() => Promise<unknown>) | undefined;
    harness.treatOnce('b', (response, forward) => {
      late = forward;
      response.destroy();
      return Promise.resolve();
    });
    const { treat } = harness.gateway;
    harness.gateway.treat = (call) =>
      call.method !== 'GET'
        ? treat(call)
        : async (response, forward) => {
            // The first look-up is that of the attempt itself, the second that of its retry.
            if (harness.lookUps().length === 2) await late?.();
            await pass(response, forward);
          };
    const run = await repeat();
    expect(run.status).toBe('success');
    expect(run.items('ProcessMaker')).toHaveLength(3);
    expect(harness.sent().map(({ number }) => number)).toEqual(['a', 'b', 'c']);
    expect(harness.numbers().sort()).toEqual(['a', 'b', 'c']);
  });

  it('neither sends an item whose data has changed since the first attempt nor reports it as started', async () => {
    harness.treatOnce('b', busy);
    const jsonData = '={{ { number: $json.number, at: Math.random() } }}';
    const run = await repeat({ ...ONE_BY_ONE, dataMode: 'json', jsonData } as never);
    const [request] = harness.requests();
    expect(run.status).toBe('error');
    expect(run.error?.message).toContain(`Request ${request?.id} in the place of this item`);
    expect(run.error?.message).toMatch(/item 0/);
    expect(harness.numbers()).toEqual(['a']);
  });

  it('fails an item whose Request has ended in ERROR since the first attempt, and starts no other', async () => {
    harness.treatOnce('b', (response, forward) => {
      for (const { id } of harness.requests()) harness.server.failRequest(id, 'The script failed');
      return busy(response, forward);
    });
    const run = await repeat();
    expect(run.status).toBe('error');
    expect(run.error?.message).toMatch(/status ERROR: The script failed.*item 0/s);
    expect(run.error?.message).toContain(String(harness.requests()[0]?.id));
    expect(run.error?.description).toMatch(/retry it in ProcessMaker.*run the workflow again/s);
    expect(harness.numbers()).toEqual(['a']);
  });

  it('sends nothing again on a retry when the started Requests cannot be read', async () => {
    harness.treatOnce('b', busy);
    const { treat } = harness.gateway;
    harness.gateway.treat = (call) =>
      call.method === 'GET' ? respond(500, { message: 'Server Error' }) : treat(call);
    const run = await repeat();
    expect(run.status).toBe('error');
    expect(harness.numbers()).toEqual(['a']);
  });

  it('fails an item whose Request was canceled since the first attempt, and starts no other', async () => {
    harness.treatOnce('b', (response, forward) => {
      for (const { id } of harness.requests()) harness.server.cancelRequest(id);
      return busy(response, forward);
    });
    const run = await repeat();
    expect(run.status).toBe('error');
    expect(run.error?.message).toMatch(/status CANCELED.*item 0/s);
    expect(run.error?.message).toContain(String(harness.requests()[0]?.id));
    expect(run.error?.description).toMatch(/run the workflow again/);
    expect(harness.numbers()).toEqual(['a']);
  });

  it('returns a Request of the first attempt in its current status', async () => {
    harness.treatOnce('b', async (response, forward) => {
      await harness.completeFirstTask();
      await busy(response, forward);
    });
    const run = await repeat();
    expect(run.items('ProcessMaker')[0]).toMatchObject({ status: 'COMPLETED', activeTask: null });
    expect(harness.numbers()).toEqual(['a', 'b', 'c']);
  });

  it('looks up all Requests of the first attempt in one call', async () => {
    const input = [
      ...Array.from({ length: 30 }, (_item, index) => ({ number: String(index) })),
      { number: 'b' },
    ];
    harness.treatOnce('b', busy);
    const run = await repeat(ONE_BY_ONE, input);
    expect(run.items('ProcessMaker')).toHaveLength(31);
    expect(harness.lookUps()).toHaveLength(1);
    expect(harness.requests()).toHaveLength(31);
  });
});

describe('Retry On Fail', () => {
  it('does not mistake a second item with the same data for a retry', async () => {
    harness.treatOnce('b', busy);
    const run = await REPEATS['Retry On Fail'](ONE_BY_ONE, [
      { number: 'a' },
      { number: 'a' },
      { number: 'b' },
    ]);
    expect(run.items('ProcessMaker')).toHaveLength(3);
    expect(harness.numbers().sort()).toEqual(['a', 'a', 'b']);
  });

  it('does not start an item again on Retry On Fail because another one has failed', async () => {
    harness.treatOnce('a', busy);
    const settings = { ...RETRY_ON_FAIL, ...ERROR_OUTPUT };
    const run = await harness.start(ONE_BY_ONE, { input: ITEMS, settings });
    expect(run.status).toBe('success');
    expect(new Set(harness.numbers()).size).toBe(harness.numbers().length);
    expect(harness.numbers()).toEqual(expect.arrayContaining(['b', 'c']));
  });

  it('runs the node again on Retry On Fail when the first item fails, and leaves the error output empty', async () => {
    harness.treatOnce('a', busy);
    const settings = { ...RETRY_ON_FAIL, ...ERROR_OUTPUT };
    const run = await harness.start(ONE_BY_ONE, { input: ITEMS, settings });
    expect(run.items('ProcessMaker')).toHaveLength(3);
    expect(failedItems(run)).toEqual([]);
    expect(harness.numbers().sort()).toEqual(['a', 'b', 'c']);
  });

  it('fails again on Retry On Fail for a Request that ended in ERROR, and starts no other', async () => {
    const parameters = { process: locator('id', 16), startEvent: locator('id', 'node_1') };
    const run = await harness.start(parameters, { user: 'admin', settings: RETRY_ON_FAIL });
    expect(run.status).toBe('error');
    expect(harness.requests()).toHaveLength(1);
    expect(run.error?.message).toContain(String(harness.requests()[0]?.id));
  });

  it('clears the record of attempts when the node has succeeded', async () => {
    harness.treatOnce('b', busy);
    const run = await REPEATS['Retry On Fail']();
    const seed = !n8nHas('a resume token') && { seed: expect.any(String) as string };
    expect(run.data.executionData?.contextData).toEqual({
      'node:ProcessMaker': {
        attempts: {
          executionId: expect.any(String) as string,
          count: 1,
          answered: [],
          latest: { runIndex: 0, stored: { round: 0, marks: {}, ...seed } },
          unfinished: {},
        },
      },
    });
  });
});
