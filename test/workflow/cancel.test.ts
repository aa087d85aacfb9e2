import { setTimeout as pause } from 'node:timers/promises';
import type { Behaviour } from '../support/gateway';
import { delay } from '../support/gateway';
import type { Run } from '../support/run';
import { ERROR_OUTPUT, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const ITEMS = [{ number: 'a' }, { number: 'b' }, { number: 'c' }];
const ONE_BY_ONE = { ...TARGET, options: { requestsInParallel: 1, recoveryWindow: 0 } };

describe('Cancelling the execution', () => {
  /** Cancels as soon as both calls that run at a time have come. */
  function cancelAtSecondStart(): AbortController {
    const cancellation = new AbortController();
    harness.gateway.treat = () => {
      if (harness.starts().length === 2) setTimeout(() => cancellation.abort(), 50);
      return delay(3_000);
    };
    return cancellation;
  }

  it('begins no new start and waits for nothing', async () => {
    const cancellation = cancelAtSecondStart();
    const started = Date.now();
    await harness.start(
      { ...TARGET, options: { requestsInParallel: 2 } },
      { input: ITEMS, signal: cancellation.signal },
    );
    expect(Date.now() - started).toBeLessThan(2_500);
    expect(harness.starts()).toHaveLength(2);
  });

  it('does not begin further starts with Continue either', async () => {
    const cancellation = cancelAtSecondStart();
    await harness.start(
      { ...TARGET, options: { requestsInParallel: 2 } },
      { input: ITEMS, signal: cancellation.signal, settings: ERROR_OUTPUT },
    );
    expect(harness.starts()).toHaveLength(2);
  });

  it('reports the calls that n8n cuts as unknown, by key, and the others as not started', async () => {
    const { signal } = cancelAtSecondStart();
    const options = { requestsInParallel: 2 };
    const run = await harness.start({ ...TARGET, options }, { input: ITEMS, signal, settings: ERROR_OUTPUT });
    expect(harness.starts()).toHaveLength(2);
    for (const key of harness.sentKeys()) expect(run.text).toContain(`data._n8n_key = "${String(key)}"`);
    expect(run.text).toContain('was canceled before this item was started');
  });
});

/** The server has started it, and the answer does not come before the end. */
const answeredTooLate: Behaviour = async (_response, forward) => {
  await forward();
  await pause(1_000);
};

describe('the Retry button after a cancelled execution', () => {
  /** Cancels the execution while its first start is treated in this way. */
  async function cancelDuring(behaviour: Behaviour, options = ONE_BY_ONE.options): Promise<Run> {
    const cancellation = new AbortController();
    harness.treatOnce('a', (response, forward) => {
      const forwardThenCancel = async () => {
        const answer = await forward();
        cancellation.abort();
        return answer;
      };
      // A start that does not get to the server in time is canceled meanwhile.
      if (behaviour !== answeredTooLate) setTimeout(() => cancellation.abort(), 100);
      return behaviour(response, behaviour === answeredTooLate ? forwardThenCancel : forward);
    });
    const { signal } = cancellation;
    const canceled = await harness.start({ ...TARGET, options }, { input: ITEMS, signal });
    expect(harness.starts()).toHaveLength(1);
    return await harness.engine.retry(canceled, { credentials: harness.credentials() });
  }

  it('finds what was under way', async () => {
    const run = await cancelDuring(answeredTooLate);
    expect(run.status).toBe('success');
    expect(harness.sent().map(({ number }) => number)).toEqual(['a', 'b', 'c']);
    expect(harness.numbers()).toEqual(['a', 'b', 'c']);
  });

  it('does not send an item again that was under way and is not found', async () => {
    const run = await cancelDuring(() => pause(1_000));
    expect(run.status).toBe('error');
    expect(run.error?.message).toMatch(/not known whether an earlier try.*item 0/s);
    expect(harness.requests()).toEqual([]);
  });

  it('looks for it until the window has passed before it is started again', async () => {
    const late: Behaviour = async (_response, forward) => {
      await pause(1_000);
      await forward();
    };
    const options = { ...ONE_BY_ONE.options, recoveryWindow: 2, startAgainWhenNotFound: true };
    const run = await cancelDuring(late, options);
    expect(run.status).toBe('success');
    expect(harness.numbers()).toEqual(['a', 'b', 'c']);
  });
});
