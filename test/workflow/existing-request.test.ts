import { respond, resetAfter, resetBefore } from '../support/gateway';
import { itemsOf, outputs, useKeyedStarts } from '../support/keyed-starts';
import { ERROR_OUTPUT, failedItems, loopWorkflow } from '../support/workflows';
import { useHarness } from '../support/harness';
import { itWith } from '../support/features';

const harness = useHarness();
const { testNumber, keyed, start, ids } = useKeyedStarts(harness);

const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const busy = respond(429, { message: 'Too Many Attempts.' });

/** Generations of the keys that were sent. */
const generations = () => harness.sentKeys().map((key) => String(key).split('.')[2]);

describe('Return It', () => {
  it('returns the Request of an earlier execution in its current status, marked as already started', async () => {
    const first = await start(['a']);
    expect(outputs(first)[0]).not.toHaveProperty('alreadyStarted');
    await harness.completeFirstTask();
    const run = await start(['a', 'b']);
    expect(outputs(run)).toMatchObject([
      { id: ids()[0], status: 'COMPLETED', alreadyStarted: true },
      { id: ids()[1], status: 'ACTIVE' },
    ]);
    expect(outputs(run)[1]).not.toHaveProperty('alreadyStarted');
    expect(harness.starts()).toHaveLength(2);
  });

  it('fails the item of an existing Request in ERROR, or returns it with Return Requests in Error', async () => {
    await start(['a']);
    harness.server.failRequest(ids()[0] ?? 0, 'The script failed');
    const failed = await start(['a']);
    expect(failedItems(failed)).toMatchObject([{ outcome: 'startedInError', requestId: ids()[0] }]);
    const returned = await start(['a'], { returnErroredRequests: true });
    expect(outputs(returned)).toMatchObject([{ id: ids()[0], status: 'ERROR', alreadyStarted: true }]);
    expect(harness.requests()).toHaveLength(1);
  });
});

describe('an existing Request that was canceled', () => {
  it('returns a canceled Request that another execution has started', async () => {
    await start(['a']);
    harness.server.cancelRequest(ids()[0] ?? 0);
    expect(outputs(await start(['a']))).toMatchObject([
      { id: ids()[0], status: 'CANCELED', alreadyStarted: true },
    ]);
    expect(harness.requests()).toHaveLength(1);
  });

  it('fails an item on a retry when the Request of the first attempt was canceled', async () => {
    harness.treatOnce('b', (response, forward) => {
      harness.server.cancelRequest(ids()[0] ?? 0);
      return busy(response, forward);
    });
    const input = itemsOf('a', 'b');
    const run = await harness.start(keyed(), { input, settings: RETRY_ON_FAIL });
    expect(run.error?.message).toMatch(/status CANCELED.*item 0/s);
    expect(harness.numbers()).toEqual(['a']);
  });
});

describe('Throw Error', () => {
  const raise = { onExistingRequest: 'error' };

  it('throws an error for an existing Request of an earlier execution, and names it', async () => {
    await start(['a'], raise);
    const run = await start(['a', 'b'], raise);
    expect(failedItems(run)).toMatchObject([
      { input: { number: 'a' }, outcome: 'notStarted', requestId: ids()[0] },
    ]);
    expect(failedItems(run)[0]?.text).toContain(`Request ${ids()[0]} (ACTIVE) already exists`);
    expect(failedItems(run)[0]?.text).toContain(`"t${testNumber()}-a"`);
    expect(harness.numbers()).toEqual(['a', 'b']);
  });

  it('throws an error for an existing Request of an earlier iteration of the loop', async () => {
    const run = await harness.run(loopWorkflow(keyed(raise), ERROR_OUTPUT), { input: itemsOf('a', 'a') });
    expect(failedItems(run, 1)).toMatchObject([{ requestId: ids()[0] }]);
    expect(harness.requests()).toHaveLength(1);
  });

  it('throws no error for a Request that the run itself has started: Retry On Fail', async () => {
    harness.treatOnce('b', busy);
    const input = itemsOf('a', 'b');
    const run = await harness.start(keyed(raise), { input, settings: RETRY_ON_FAIL });
    expect(outputs(run).map(({ id }) => id)).toEqual(ids());
    expect(harness.numbers()).toEqual(['a', 'b']);
  });

  it('throws no error for a Request that the run itself has started: the Retry button', async () => {
    harness.treatOnce('b', busy);
    const failed = await harness.start(keyed(raise), { input: itemsOf('a', 'b') });
    expect(failed.status).toBe('error');
    const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
    expect(outputs(run).map(({ id }) => id)).toEqual(ids());
    expect(harness.numbers()).toEqual(['a', 'b']);
  });

  itWith('a resume token')(
    'throws no error for a Request that the run itself has started: the Retry button after a crash',
    async () => {
      const killed = await harness.start(keyed(raise), { input: itemsOf('a') });
      const run = await harness.retryAfterCrash(killed, itemsOf('b', 'a'));
      expect(outputs(run).map(({ id }) => id)).toEqual([...ids()].reverse());
      expect(harness.numbers()).toEqual(['a', 'b']);
    },
  );

  it('throws no error for a start whose response was lost', async () => {
    harness.treatOnce('a', resetAfter);
    const run = await start(['a'], raise);
    expect(outputs(run)).toMatchObject([{ id: ids()[0] }]);
    expect(outputs(run)[0]).not.toHaveProperty('alreadyStarted');
  });
});

describe('Start Again If It Ended in Error or Was Canceled', () => {
  const startAgain = { onExistingRequest: 'startAgain' };

  it('returns an existing Request that is neither in ERROR nor canceled', async () => {
    await start(['a'], startAgain);
    const run = await start(['a'], startAgain);
    expect(outputs(run)).toMatchObject([{ id: ids()[0], alreadyStarted: true }]);
    expect(harness.requests()).toHaveLength(1);
  });

  it('starts another Request for one in ERROR or canceled, and then returns the newest', async () => {
    await start(['a'], startAgain);
    harness.server.failRequest(ids()[0] ?? 0, 'The script failed');
    const second = await start(['a'], startAgain);
    expect(outputs(second)).toMatchObject([{ id: ids()[1], status: 'ACTIVE' }]);
    expect(outputs(second)[0]).not.toHaveProperty('alreadyStarted');

    expect(outputs(await start(['a'], startAgain))).toMatchObject([{ id: ids()[1], alreadyStarted: true }]);
    expect(outputs(await start(['a']))).toMatchObject([{ id: ids()[1], alreadyStarted: true }]);

    harness.server.cancelRequest(ids()[1] ?? 0);
    expect(outputs(await start(['a'], startAgain))).toMatchObject([{ id: ids()[2], status: 'ACTIVE' }]);
    expect(generations()).toEqual(['0', '1', '2']);
    expect(harness.requests()).toHaveLength(3);
  });

  it('starts no other Request on a retry when the one of the first attempt is in ERROR', async () => {
    harness.treatOnce('b', (response, forward) => {
      harness.server.failRequest(ids()[0] ?? 0, 'The script failed');
      return busy(response, forward);
    });
    const input = itemsOf('a', 'b');
    const run = await harness.start(keyed(startAgain), { input, settings: RETRY_ON_FAIL });
    expect(run.error?.message).toMatch(/status ERROR.*item 0/s);
    expect(harness.numbers()).toEqual(['a']);
  });

  it('does not mistake an earlier Request with the key for a start whose response was lost', async () => {
    await start(['a'], startAgain);
    harness.server.cancelRequest(ids()[0] ?? 0);
    harness.treatOnce('a', resetBefore);
    const run = await start(['a'], startAgain);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
    expect(failedItems(run)[0]).not.toHaveProperty('requestId');
    expect(failedItems(run)[0]?.text).toContain(`data._n8n_key = "${String(harness.sentKeys()[1])}"`);
  });

  it('does not replace a canceled Request again when an earlier attempt to do so is unknown', async () => {
    await start(['a'], startAgain);
    harness.server.cancelRequest(ids()[0] ?? 0);
    harness.treatOnce('a', resetBefore);
    const run = await harness.start(keyed(startAgain), { input: itemsOf('a'), settings: RETRY_ON_FAIL });
    expect(run.error?.message).toMatch(/not known whether an earlier attempt/);
    expect(generations()).toEqual(['0', '1']);
    expect(harness.requests()).toHaveLength(1);
  });

  it('starts another Request when an unknown one is found canceled, like all after it', async () => {
    let late: (() => Promise<unknown>) | undefined;
    await start(['a'], startAgain);
    harness.server.cancelRequest(ids()[0] ?? 0);
    harness.treatOnce('a', (response, forward) => {
      late = forward;
      response.destroy();
      return Promise.resolve();
    });
    const failed = await harness.start(keyed(startAgain), { input: itemsOf('a') });
    expect(failed.status).toBe('error');
    await late?.();
    harness.server.cancelRequest(ids()[1] ?? 0);
    // Another execution starts the next one, and that is canceled too.
    await start(['a'], startAgain);
    harness.server.cancelRequest(ids()[2] ?? 0);
    const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
    expect(run.status).toBe('success');
    expect(outputs(run)).toMatchObject([{ id: ids()[3], status: 'ACTIVE' }]);
    expect(generations()).toEqual(['0', '1', '2', '3']);
    expect(harness.requests()).toHaveLength(4);
  });
});
