import { respond, resetBefore } from '../support/gateway';
import {
  createWorkflow,
  ERROR_OUTPUT,
  failedItems,
  locator,
  loopWorkflow,
  PROCESS_MAKER,
  startWorkflow,
} from '../support/workflows';
import { useHarness } from '../support/harness';

// The other side of retry.test.ts: what looks like a repeat and is none.
const harness = useHarness();

const TARGET = {
  process: locator('id', 2),
  startEvent: locator('id', 'node_1'),
  options: { recoveryWindow: 0 },
};
const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const busy = respond(429, { message: 'Too Many Attempts.' });

it('a new execution starts anew', async () => {
  await harness.start(TARGET, { input: [{ number: 'a' }] });
  await harness.start(TARGET, { input: [{ number: 'a' }] });
  expect(harness.numbers()).toEqual(['a', 'a']);
});

it('every round of a loop starts anew, also around a try that failed', async () => {
  harness.treatOnce('b', busy);
  const same = { number: 'a' };
  const run = await harness.run(loopWorkflow(TARGET, RETRY_ON_FAIL), {
    input: [same, same, { number: 'b' }, same],
  });
  expect(run.status).toBe('success');
  expect(run.tasks('ProcessMaker')).toHaveLength(4);
  expect(harness.numbers()).toEqual(['a', 'a', 'b', 'a']);
});

it('a round of a loop that failed is gone on with by the Retry button, and the rest follows', async () => {
  harness.treatOnce('b', busy);
  const failed = await harness.run(loopWorkflow(TARGET), {
    input: [{ number: 'a' }, { number: 'b' }, { number: 'c' }],
  });
  expect(harness.numbers()).toEqual(['a']);
  const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
  expect(run.status).toBe('success');
  expect(harness.numbers()).toEqual(['a', 'b', 'c']);
});

it.each([
  // The round that is gone on with asks what it has started before; the next one has not begun before.
  [true, ['POST', 'POST', 'GET', 'POST', 'POST']],
  // Without a key there would be nothing to ask for.
  [false, ['POST', 'POST', 'POST', 'POST']],
])(
  'the round after one that the Retry button has gone on with is a first run, Hidden Key %s',
  async (hiddenKey, methods) => {
    harness.treatOnce('b', busy);
    const input = [{ number: 'a' }, { number: 'b' }, { number: 'c' }];
    const parameters = { ...TARGET, options: { ...TARGET.options, hiddenKey } };
    const failed = await harness.run(loopWorkflow(parameters), { input });
    expect(failed.status).toBe('error');
    const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
    expect(run.status).toBe('success');
    expect(harness.numbers()).toEqual(['a', 'b', 'c']);
    expect(harness.gateway.calls.map(({ method }) => method)).toEqual(methods);
  },
);

it('a round of a loop with failed items does not hold up the next one', async () => {
  harness.treatOnce('a', resetBefore);
  const run = await harness.run(loopWorkflow(TARGET, ERROR_OUTPUT), {
    input: [{ number: 'a' }, { number: 'a' }, { number: 'a' }],
  });
  expect(run.tasks('ProcessMaker')).toHaveLength(3);
  expect(harness.numbers()).toEqual(['a', 'a']);
  expect(harness.starts()).toHaveLength(3);
  expect(failedItems(run, 0)).toMatchObject([{ outcome: 'unknown' }]);
  expect(run.items('ProcessMaker', 0, 2)).toHaveLength(1);
});

it('every call of a sub-workflow starts anew', async () => {
  const workflow = createWorkflow(
    [
      { name: 'Start', type: 'test.start' },
      { name: 'Call', type: 'test.subWorkflow', parameters: { workflow: startWorkflow(TARGET) as never } },
    ],
    [['Start', 'Call']],
  );
  const run = await harness.run(workflow, { input: [{ number: 'a' }, { number: 'a' }] });
  expect(run.items('Call')).toHaveLength(2);
  expect(harness.numbers()).toEqual(['a', 'a']);
});

it('two nodes of one workflow do not share their memory', async () => {
  const workflow = createWorkflow(
    [
      { name: 'Start', type: 'test.start' },
      { name: 'First', type: PROCESS_MAKER, parameters: TARGET },
      { name: 'Second', type: PROCESS_MAKER, parameters: TARGET },
    ],
    [
      ['Start', 'First'],
      ['Start', 'Second'],
    ],
  );
  await harness.run(workflow, { input: [{ number: 'a' }] });
  expect(harness.numbers()).toEqual(['a', 'a']);
});
