import { respond, resetBefore } from '../support/gateway';
import {
  callingWorkflow,
  createWorkflow,
  ERROR_OUTPUT,
  failedItems,
  locator,
  loopWorkflow,
  PROCESS_MAKER,
  startWorkflow,
} from '../support/workflows';
import { useHarness } from '../support/harness';

// Runs that look like a retry and are not. Retries are in retry.test.ts.
const harness = useHarness();

const TARGET = {
  process: locator('id', 2),
  startEvent: locator('id', 'node_1'),
  options: { recoveryWindow: 0 },
};
const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const busy = respond(429, { message: 'Too Many Attempts.' });

it('starts the same item again in a new execution', async () => {
  await harness.start(TARGET, { input: [{ number: 'a' }] });
  await harness.start(TARGET, { input: [{ number: 'a' }] });
  expect(harness.numbers()).toEqual(['a', 'a']);
});

it('starts the same item again in every iteration of a loop, even after a failed attempt', async () => {
  harness.treatOnce('b', busy);
  const same = { number: 'a' };
  const run = await harness.run(loopWorkflow(TARGET, RETRY_ON_FAIL), {
    input: [same, same, { number: 'b' }, same],
  });
  expect(run.status).toBe('success');
  expect(run.tasks('ProcessMaker')).toHaveLength(4);
  expect(harness.numbers()).toEqual(['a', 'a', 'b', 'a']);
});

it('continues with the failed iteration of a loop on the Retry button, and runs the rest', async () => {
  harness.treatOnce('b', busy);
  const failed = await harness.run(loopWorkflow(TARGET), {
    input: [{ number: 'a' }, { number: 'b' }, { number: 'c' }],
  });
  expect(harness.numbers()).toEqual(['a']);
  const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
  expect(run.status).toBe('success');
  expect(harness.numbers()).toEqual(['a', 'b', 'c']);
});

it('treats the iteration after a continued one as a first run', async () => {
  harness.treatOnce('b', busy);
  const input = [{ number: 'a' }, { number: 'b' }, { number: 'c' }];
  const failed = await harness.run(loopWorkflow(TARGET), { input });
  expect(failed.status).toBe('error');
  const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
  expect(run.status).toBe('success');
  expect(harness.numbers()).toEqual(['a', 'b', 'c']);
  // The continued iteration looks up what it started before. The next one is new.
  const methods = harness.gateway.calls.map(({ method }) => method);
  expect(methods).toEqual(['POST', 'POST', 'GET', 'POST', 'POST']);
});

it('runs the next iteration of a loop after one with failed items', async () => {
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

it('starts the same item again in every call of a sub-workflow', async () => {
  const workflow = callingWorkflow(startWorkflow(TARGET));
  const run = await harness.run(workflow, { input: [{ number: 'a' }, { number: 'a' }] });
  expect([0, 1].map((call) => run.items('Call', 0, call).length)).toEqual([1, 1]);
  expect(harness.numbers()).toEqual(['a', 'a']);
});

it('does not share the record of attempts between two nodes of a workflow', async () => {
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
