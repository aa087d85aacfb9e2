import { respond, resetAfter, resetBefore } from '../support/gateway';
import { itemsOf, outputs, useKeyedStarts } from '../support/keyed-starts';
import { createWorkflow, failedItems, locator, loopWorkflow, startWorkflow } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();
const { testNumber, keyed, start, ids } = useKeyedStarts(harness);

const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const busy = respond(429, { message: 'Too Many Attempts.' });

describe('an Idempotency Key', () => {
  it('is stored in place of the hidden one, with generation, run and round', async () => {
    await start(['a']);
    expect(harness.sentKeys()).toEqual([
      expect.stringMatching(new RegExp(`^u\\.t${testNumber()}-a\\.0\\.[\\da-f]{16}\\.0$`)),
    ]);
    expect(harness.gateway.calls.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it('is stored with Hidden Key off too', async () => {
    await start(['a'], { hiddenKey: false });
    await start(['a'], { hiddenKey: false });
    expect(harness.requests()).toHaveLength(1);
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
  ])('that is %j is refused before anything is sent', async (idempotencyKey) => {
    const run = await start(['a'], { idempotencyKey });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(failedItems(run)[0]?.text).toContain("'Idempotency Key' is empty");
    expect(harness.gateway.calls).toEqual([]);
  });

  it('is another one in another process', async () => {
    const parameters = { ...keyed(), process: locator('id', '={{ $json.process }}') };
    const input = [2, 4, 2].map((process) => ({ process, number: 'a' }));
    const run = await harness.start(parameters, { input });
    expect(outputs(run).map(({ processId }) => processId)).toEqual([2, 4, 2]);
    expect(harness.requests().map(({ processId }) => processId)).toEqual([2, 4]);
  });

  it('may be a number, which is the same as its text', async () => {
    await start(['a'], { idempotencyKey: `={{ ${testNumber()}000 }}` });
    const run = await start(['a'], { idempotencyKey: `${testNumber()}000` });
    expect(outputs(run)).toMatchObject([{ id: ids()[0], alreadyStarted: true }]);
    expect(harness.requests()).toHaveLength(1);
  });

  it.each([
    ['usual', 'ORDER/2026/', 20],
    ['the shortest', '', 20],
    ['the longest', '"'.repeat(30), 50],
  ])('of which a run has many is looked up in few calls with short URLs: %s ones', async (_, text, calls) => {
    const input = Array.from({ length: 200 }, (_item, number) => ({ number: `${text}${number}` }));
    const parameters = keyed({ requestsInParallel: 50 });
    const first = await harness.start(parameters, { input });
    const again = await harness.start(parameters, { input });
    expect(outputs(again)).toEqual(outputs(first).map((item) => ({ ...item, alreadyStarted: true })));
    expect(harness.requests()).toHaveLength(200);
    expect(harness.lookUps().length).toBeLessThanOrEqual(calls);
    for (const { path } of harness.lookUps()) expect(path.length).toBeLessThan(8_000);
  });

  it('does not find a sub-process that inherited it', async () => {
    const parameters = { ...keyed(), process: locator('id', 17) };
    await harness.start(parameters, { input: itemsOf('a') });
    const run = await harness.start(parameters, { input: itemsOf('a') });
    const [parent, child] = harness.requests();
    expect(child?.parentRequestId).toBe(parent?.id);
    expect(outputs(run)).toMatchObject([{ id: parent?.id, alreadyStarted: true }]);
    expect(harness.requests()).toHaveLength(2);
  });

  it('starts nothing when it cannot be looked up', async () => {
    harness.gateway.treat = ({ method }) => (method === 'GET' ? respond(403, { message: 'No.' }) : undefined);
    const run = await start(['a']);
    expect(failedItems(run)[0]?.text).toMatch(/could not be looked up, so nothing is started/);
    expect(harness.starts()).toEqual([]);
  });
});

describe('the same key twice in a run', () => {
  it('starts once, and gives both items the Request', async () => {
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

  it('fails both items when the start fails', async () => {
    harness.treatOnce('a', busy);
    const run = await start(['a', 'a']);
    expect(failedItems(run).map(({ text }) => /\[item (\d)\]/.exec(text)?.[1])).toEqual(['0', '1']);
    expect(harness.starts()).toHaveLength(1);
  });

  it('starts once in two rounds of a loop', async () => {
    const run = await harness.run(loopWorkflow(keyed()), { input: itemsOf('a', 'b', 'a') });
    const [a, b] = ids();
    expect([0, 1, 2].map((round) => run.items('ProcessMaker', 0, round)[0])).toMatchObject([
      { id: a },
      { id: b },
      { id: a, alreadyStarted: true },
    ]);
    expect(harness.requests()).toHaveLength(2);
  });

  it('starts once in two calls of a sub-workflow', async () => {
    const code = startWorkflow(keyed()) as never;
    const workflow = createWorkflow(
      [
        { name: 'Start', type: 'test.start' },
        { name: 'Call', type: 'test.subWorkflow', parameters: { workflow: code } },
      ],
      [['Start', 'Call']],
    );
    const run = await harness.run(workflow, { input: itemsOf('a', 'a') });
    expect(run.items('Call')).toMatchObject([{ id: ids()[0] }, { id: ids()[0], alreadyStarted: true }]);
    expect(harness.requests()).toHaveLength(1);
  });
});

describe('a key that was sent without an answer', () => {
  it('is found by a later execution', async () => {
    harness.treatOnce('a', resetAfter);
    await start(['a']);
    const run = await start(['a']);
    expect(outputs(run)).toMatchObject([{ id: ids()[0], alreadyStarted: true }]);
    expect(harness.starts()).toHaveLength(1);
  });

  it('is not sent again by a repeat', async () => {
    harness.treatOnce('a', resetBefore);
    const run = await harness.start(keyed(), { input: itemsOf('a'), settings: RETRY_ON_FAIL });
    expect(run.error?.message).toMatch(/not known whether an earlier attempt/);
    expect(harness.starts()).toHaveLength(1);
  });

  it('is looked up after a crash until the window has passed', async () => {
    const parameters = keyed({ recoveryWindow: 1 });
    const killed = await harness.start(parameters, { input: [] });
    const began = Date.now();
    await harness.retryAfterCrash(killed, itemsOf('a', 'b'));
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
    expect(harness.lookUps()).toHaveLength(2);
    expect(harness.numbers()).toEqual(['a', 'b']);
  });
});
