import { setTimeout as pause } from 'node:timers/promises';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { respond, resetBefore, type Behaviour } from '../support/gateway';
import { REQUEST_OF_ITEM } from '../support/files';
import { failedItem } from '../support/failed-item';
import { requests } from '../support/things';
import { editNode, locator } from '../support/workflows';
import type { Run } from '../support/run';
import { useHarness, type StartOptions } from '../support/harness';

// An attempt that is refused says nothing of the one before it, whose response was lost.
const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const AGAIN = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
const REFUSALS: Array<[number, Behaviour]> = [
  [401, respond(401, { error: 'Unauthenticated.' })],
  [403, respond(403, { message: 'This action is unauthorized.' })],
  [429, respond(429, { message: 'Too Many Attempts.' }, { 'retry-after': '900' })],
];
const cancel = (input: IDataObject[], options: StartOptions) =>
  harness.perform('request cancel', REQUEST_OF_ITEM, { input, user: 'admin', ...options });
const puts = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');

it.each(REFUSALS)(
  'leaves a change unknown whose response was lost when the next attempt is refused with %i',
  async (httpStatus, refusal) => {
    const input = await requests(harness, 1);
    harness.gateway.treat = ({ method }) => {
      if (method !== 'PUT') return undefined;
      return puts().length === 1 ? resetBefore : refusal;
    };
    const run = await cancel(input, { settings: AGAIN });
    expect(puts()).toHaveLength(2);
    expect(run.error).toMatchObject({ context: { outcome: 'unknown', httpStatus } });
    expect(run.error?.description).toContain('An earlier attempt may have made the change');
  },
);

it('accounts for what an earlier attempt has done in items that a canceled execution does not come to', async () => {
  const MISSING = 999_999;
  const input: IDataObject[] = [{ id: MISSING }, ...(await requests(harness, 6))];
  const [lost, done] = [5, 6];
  const cancellation = new AbortController();
  harness.gateway.calls = [];
  let lists = 0;
  harness.gateway.treat = ({ method, path }) => {
    if (method === 'PUT') return path.endsWith(`/${Number(input[lost]?.id)}`) ? resetBefore : undefined;
    if (
      !path.includes('pmql') ||
      !path.includes(String(Number(input[done]?.id))) ||
      !path.includes(String(MISSING))
    )
      return undefined;
    if (++lists === 1) return undefined;
    cancellation.abort();
    return () => pause(5_000, undefined, { ref: false });
  };
  const settings = { ...AGAIN, onError: 'continueRegularOutput' as const };
  const { signal } = cancellation;
  const run = await cancel(input, { settings, signal });
  expect(lists).toBe(2);
  const items = run.items('ProcessMaker').map(failedItem);
  expect(items[lost]).toMatchObject({
    message: expect.stringContaining('canceled before this item was started') as string,
    outcome: 'unknown',
  });
  expect(items[done]).toMatchObject({ outcome: 'done' });
});

describe('Start Again When Not Found in the next attempt', () => {
  const options: INodeParameters = { startAgainWhenNotFound: true, recoveryWindow: 0 };
  /** The first attempt sends it five times. */
  const lostAndThen = (refusal: Behaviour) => {
    harness.gateway.treat = ({ method }) => {
      if (method !== 'POST') return undefined;
      return harness.starts().length <= 5 ? resetBefore : refusal;
    };
  };

  it.each(REFUSALS)(
    'leaves a lost start unknown that is refused with %i then',
    async (httpStatus, refusal) => {
      lostAndThen(refusal);
      const run = await harness.start({ ...TARGET, options }, { settings: AGAIN });
      expect(harness.starts()).toHaveLength(6);
      expect(run.error).toMatchObject({ context: { outcome: 'unknown', httpStatus } });
      expect(run.error?.description).toContain(`data._n8n_key = "${String(harness.sentKeys()[0])}"`);
    },
  );

  it('does not forget a lost start that is refused then', async () => {
    lostAndThen(respond(403, { message: 'This action is unauthorized.' }));
    const failed = await harness.start({ ...TARGET, options }, { settings: AGAIN });
    editNode(failed, { options: { recoveryWindow: 0 } });
    harness.gateway.reset();
    const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
    expect(run.error?.message).toMatch(/not known whether an earlier attempt started/);
    expect(harness.starts()).toEqual([]);
  });
});

describe('items that come back in another order with the Retry button', () => {
  const options = { requestsInParallel: 1, recoveryWindow: 0 };

  it('leaves a start unknown whose response was lost, wherever its item is now', async () => {
    harness.gateway.treat = ({ method }) =>
      method === 'POST' && harness.starts().length === 2 ? resetBefore : undefined;
    const input = [{ number: 'first' }, { number: 'lost' }];
    const failed = await harness.start({ ...TARGET, options }, { input });
    expect(failed.error).toMatchObject({ context: { outcome: 'unknown' } });
    const retried = await retryReversed(failed);
    expect(retried.error).toMatchObject({ context: { outcome: 'unknown', itemIndex: 0 } });
    expect(retried.error?.message).toContain('not known whether an earlier attempt started a Request');
    expect(harness.starts()).toHaveLength(2);
  });

  /** Retries a run whose items come back in the opposite order. */
  async function retryReversed(failed: Run): Promise<Run> {
    failed.data.executionData?.nodeExecutionStack[0]?.data.main?.[0]?.reverse();
    return await harness.engine.retry(failed, { credentials: harness.credentials() });
  }

  it('stays so at a third attempt, when another item was found in its place', async () => {
    harness.gateway.treat = ({ method }) =>
      method === 'POST' && harness.starts().length === 2 ? resetBefore : undefined;
    const input = [{ number: 'first' }, { number: 'lost' }];
    const second = await retryReversed(await harness.start({ ...TARGET, options }, { input }));
    const third = await retryReversed(second);
    const fourth = await retryReversed(third);
    for (const run of [second, third, fourth])
      expect(run.error).toMatchObject({ context: { outcome: 'unknown' } });
    expect(harness.starts()).toHaveLength(2);
  });

  it('leaves it unknown with an Idempotency Key, too', async () => {
    harness.gateway.treat = ({ method }) =>
      method === 'POST' && harness.starts().length === 2 ? resetBefore : undefined;
    const input = [{ number: 'first' }, { number: 'lost' }];
    const keyed = { ...options, idempotencyKey: `={{ 'reordered ' + $json.number }}` };
    const failed = await harness.start({ ...TARGET, options: keyed }, { input });
    const retried = await retryReversed(failed);
    expect(retried.error).toMatchObject({ context: { outcome: 'unknown', itemIndex: 0 } });
    expect(harness.starts()).toHaveLength(2);
  });

  it('starts what was refused, in the place of a start that was found for another item', async () => {
    harness.gateway.treat = ({ method }) =>
      method === 'POST' && harness.starts().length === 2
        ? respond(403, { message: 'This action is unauthorized.' })
        : undefined;
    const failed = await harness.start(
      { ...TARGET, options },
      { input: [{ number: 'first' }, { number: 'refused' }] },
    );
    expect(failed.error).toMatchObject({ context: { outcome: 'notStarted' } });
    const retried = await retryReversed(failed);
    expect(retried.error).toBeUndefined();
    expect(harness.numbers().slice(-2)).toEqual(['first', 'refused']);
    expect(harness.starts()).toHaveLength(3);
  });
});
