import { respond, resetAfter, resetBefore } from '../support/gateway';
import { itemsOf, outputs, useKeyedStarts } from '../support/keyed-starts';
import {
  callingWorkflow,
  ERROR_OUTPUT,
  failedItems,
  locator,
  loopWorkflow,
  startWorkflow,
} from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();
const { testNumber, keyed, start, ids } = useKeyedStarts(harness);

const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const busy = respond(429, { message: 'Too Many Attempts.' });

describe('an Idempotency Key', () => {
  it('stores the Idempotency Key in place of the hidden key, with generation, run and iteration', async () => {
    await start(['a']);
    expect(harness.sentKeys()).toEqual([
      expect.stringMatching(new RegExp(`^u\\.t${testNumber()}-a\\.0\\.[\\da-f]{16}\\.0$`)),
    ]);
    expect(harness.gateway.calls.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
  });

  it.each([
    '',
    '={{ "" }}',
    '={{ undefined }}',
    '={{ null }}',
    '={{ true }}',
    '={{ [] }}',
    '={{ 0.1 }}',
    '={{ 2 ** 53 }}',
  ])('refuses the Idempotency Key %j before anything is sent', async (idempotencyKey) => {
    const run = await start(['a'], { idempotencyKey });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toContain("'Idempotency Key' is empty");
    expect(harness.gateway.calls).toEqual([]);
  });

  it('treats the same Idempotency Key in another process as another key', async () => {
    const parameters = { ...keyed(), process: locator('id', '={{ $json.process }}') };
    const input = [2, 4, 2].map((process) => ({ process, number: 'a' }));
    const run = await harness.start(parameters, { input });
    expect(outputs(run).map(({ processId }) => processId)).toEqual([2, 4, 2]);
    expect(harness.requests().map(({ processId }) => processId)).toEqual([2, 4]);
  });

  it('does not take the Request of another process for a lost start with the same Idempotency Key', async () => {
    const parameters = { ...keyed({ recoveryWindow: 0 }), process: locator('id', '={{ $json.process }}') };
    harness.gateway.treat = ({ method, path }) =>
      method === 'POST' && path.includes('process_events/4') ? resetBefore : undefined;
    const input = [2, 4].map((process) => ({ process, number: 'a' }));
    const run = await harness.start(parameters, { input, settings: ERROR_OUTPUT });
    expect(outputs(run).map(({ processId }) => processId)).toEqual([2]);
    expect(failedItems(run)).toMatchObject([{ input: { process: 4 }, outcome: 'unknown' }]);
  });

  it('gives thousands of items with the same Idempotency Key the one Request', async () => {
    const input = Array.from({ length: 3000 }, () => ({ number: 'a' }));
    const run = await harness.start(keyed(), { input, settings: ERROR_OUTPUT });
    expect(outputs(run)).toHaveLength(3000);
    expect(new Set(outputs(run).map(({ id }) => id))).toEqual(new Set(ids()));
    expect(harness.requests()).toHaveLength(1);
  });

  it('treats a number as Idempotency Key like its text', async () => {
    await start(['a'], { idempotencyKey: `={{ ${testNumber()}000 }}` });
    const run = await start(['a'], { idempotencyKey: `${testNumber()}000` });
    expect(outputs(run)).toMatchObject([{ id: ids()[0], alreadyStarted: true }]);
    expect(harness.requests()).toHaveLength(1);
  });

  it.each([
    ['usual', 'ORDER/2026/', 20],
    ['the shortest', '', 20],
    ['the longest', '"'.repeat(30), 50],
  ])('looks up many Idempotency Keys in few calls with short URLs: %s keys', async (_, text, calls) => {
    const input = Array.from({ length: 200 }, (_item, number) => ({ number: `${text}${number}` }));
    const parameters = keyed({ requestsInParallel: 50 });
    const first = await harness.start(parameters, { input });
    const again = await harness.start(parameters, { input });
    expect(outputs(again)).toEqual(outputs(first).map((item) => ({ ...item, alreadyStarted: true })));
    expect(harness.requests()).toHaveLength(200);
    expect(harness.lookUps().length).toBeLessThanOrEqual(calls);
    for (const { path } of harness.lookUps()) expect(path.length).toBeLessThan(8_000);
  });

  it('does not find a sub-process that inherited the Idempotency Key', async () => {
    const parameters = { ...keyed(), process: locator('id', 17) };
    await harness.start(parameters, { input: itemsOf('a') });
    const run = await harness.start(parameters, { input: itemsOf('a') });
    const [parent, child] = harness.requests();
    expect(child?.parentRequestId).toBe(parent?.id);
    expect(outputs(run)).toMatchObject([{ id: parent?.id, alreadyStarted: true }]);
    expect(harness.requests()).toHaveLength(2);
  });

  it('starts nothing when the Idempotency Key cannot be looked up', async () => {
    harness.gateway.treat = ({ method }) => (method === 'GET' ? respond(403, { message: 'No.' }) : undefined);
    const run = await start(['a']);
    expect(failedItems(run)[0]?.text).toMatch(/could not be looked up, so nothing is started/);
    expect(harness.starts()).toEqual([]);
  });
});

describe('the same key twice in a run', () => {
  it('starts one Request for the same key twice in a run, and returns it for both items', async () => {
    const run = await start(['a', 'b', 'a']);
    const [a, b] = ids();
    expect(outputs(run)).toMatchObject([{ id: a }, { id: b }, { id: a, alreadyStarted: true }]);
    expect(outputs(run)[0]).not.toHaveProperty('alreadyStarted');
    expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
      { item: 0 },
      { item: 1 },
      { item: 2 },
    ]);
    expect(harness.requests()).toHaveLength(2);
  });

  it('fails both items with the same key when their start fails', async () => {
    harness.treatOnce('a', busy);
    const run = await start(['a', 'a']);
    expect(failedItems(run).map(({ text }) => /\[item (\d)\]/.exec(text)?.[1])).toEqual(['0', '1']);
    expect(harness.starts()).toHaveLength(1);
  });

  it('starts one Request for the same key in two iterations of a loop', async () => {
    const run = await harness.run(loopWorkflow(keyed()), { input: itemsOf('a', 'b', 'a') });
    const [a, b] = ids();
    expect([0, 1, 2].map((iteration) => run.items('ProcessMaker', 0, iteration)[0])).toMatchObject([
      { id: a },
      { id: b },
      { id: a, alreadyStarted: true },
    ]);
    expect(harness.requests()).toHaveLength(2);
  });

  it('starts one Request for the same key in two calls of a sub-workflow', async () => {
    const run = await harness.run(callingWorkflow(startWorkflow(keyed())), { input: itemsOf('a', 'a') });
    expect([0, 1].map((call) => run.items('Call', 0, call)[0])).toMatchObject([
      { id: ids()[0] },
      { id: ids()[0], alreadyStarted: true },
    ]);
    expect(harness.requests()).toHaveLength(1);
  });
});

describe('a key that was sent without a response', () => {
  it('finds the Request in a later execution when the response to its start was lost', async () => {
    harness.treatOnce('a', resetAfter);
    await start(['a']);
    const run = await start(['a']);
    expect(outputs(run)).toMatchObject([{ id: ids()[0], alreadyStarted: true }]);
    expect(harness.starts()).toHaveLength(1);
  });

  it('does not send a key again on a retry when the outcome of its start is unknown', async () => {
    harness.treatOnce('a', resetBefore);
    const run = await harness.start(keyed(), { input: itemsOf('a'), settings: RETRY_ON_FAIL });
    expect(run.error?.message).toMatch(/not known whether an earlier attempt/);
    expect(harness.starts()).toHaveLength(1);
  });

  it('looks keys up after a crash until the recovery window has passed', async () => {
    const parameters = keyed({ recoveryWindow: 1 });
    const killed = await harness.start(parameters, { input: [] });
    const began = Date.now();
    await harness.retryAfterCrash(killed, itemsOf('a', 'b'));
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
    const methods = harness.gateway.calls.map(({ method }) => method);
    expect(methods).toEqual(['GET', 'GET', 'POST', 'POST', 'GET']);
    expect(harness.numbers()).toEqual(['a', 'b']);
  });
});
