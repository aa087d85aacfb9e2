import { setTimeout as pause } from 'node:timers/promises';
import type { Behaviour } from '../support/gateway';
import { thenDo } from '../support/gateway';
import type { Run } from '../support/run';
import { ERROR_OUTPUT, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const ITEMS = [{ number: 'a' }, { number: 'b' }, { number: 'c' }];
const ONE_BY_ONE = { ...TARGET, options: { requestsInParallel: 1, recoveryWindow: 0 } };

describe('an execution that is canceled', () => {
  /** The server starts the Request, and never responds. */
  const neverResponds: Behaviour = async (_response, forward) => {
    await forward();
  };

  /** Cancels once both parallel calls have arrived. Their responses never come. */
  function cancelAtSecondStart(): AbortController {
    const cancellation = new AbortController();
    harness.gateway.treat = () => {
      if (harness.starts().length === 2) setTimeout(() => cancellation.abort(), 50);
      return neverResponds;
    };
    return cancellation;
  }

  it.each([false, true])(
    'sends nothing more once the execution is canceled, with Start Again When Not Found %s',
    async (startAgainWhenNotFound) => {
      const { signal } = cancelAtSecondStart();
      const options = { requestsInParallel: 2, startAgainWhenNotFound };
      await harness.start({ ...TARGET, options }, { input: ITEMS, signal });
      // A call that n8n has cut off is not looked up either.
      expect(harness.gateway.calls.map(({ method }) => method)).toEqual(['POST', 'POST']);
    },
  );

  it('sends no further start with Continue (Using Error Output) once the execution is canceled', async () => {
    const cancellation = cancelAtSecondStart();
    await harness.start(
      { ...TARGET, options: { requestsInParallel: 2 } },
      { input: ITEMS, signal: cancellation.signal, settings: ERROR_OUTPUT },
    );
    expect(harness.starts()).toHaveLength(2);
  });

  it('reports starts that a cancel cut off as unknown with their keys, and other items as not started', async () => {
    const { signal } = cancelAtSecondStart();
    const options = { requestsInParallel: 2 };
    const run = await harness.start({ ...TARGET, options }, { input: ITEMS, signal, settings: ERROR_OUTPUT });
    expect(harness.starts()).toHaveLength(2);
    for (const key of harness.sentKeys()) expect(run.text).toContain(`data._n8n_key = "${String(key)}"`);
    expect(run.text).toContain('was canceled before this item was started');
  });
});

/** The server starts the Request, and responds only after the end of the execution. */
const respondsTooLate: Behaviour = async (_response, forward) => {
  await forward();
  await pause(1_000);
};

describe('the Retry button after a canceled execution', () => {
  /** Cancels the execution while its first start is treated in this way. */
  async function cancelDuring(behaviour: Behaviour, options = ONE_BY_ONE.options): Promise<Run> {
    const cancellation = new AbortController();
    harness.treatOnce('a', (response, forward) => {
      const forwardThenCancel = async () => {
        const forwarded = await forward();
        cancellation.abort();
        return forwarded;
      };
      // A start that does not reach the server in time is canceled meanwhile.
      if (behaviour !== respondsTooLate) setTimeout(() => cancellation.abort(), 100);
      return behaviour(response, behaviour === respondsTooLate ? forwardThenCancel : forward);
    });
    const { signal } = cancellation;
    const canceled = await harness.start({ ...TARGET, options }, { input: ITEMS, signal });
    expect(harness.starts()).toHaveLength(1);
    return await harness.engine.retry(canceled, { credentials: harness.credentials() });
  }

  it('finds the start that was running when the execution was canceled', async () => {
    const run = await cancelDuring(respondsTooLate);
    expect(run.status).toBe('success');
    expect(harness.sent().map(({ number }) => number)).toEqual(['a', 'b', 'c']);
    expect(harness.numbers()).toEqual(['a', 'b', 'c']);
  });

  it('does not send a start again that was cut off and is not found', async () => {
    const run = await cancelDuring(() => pause(1_000));
    expect(run.status).toBe('error');
    expect(run.error?.message).toMatch(/not known whether an earlier attempt.*item 0/s);
    expect(harness.requests()).toEqual([]);
  });

  describe('with Start Again When Not Found', () => {
    afterEach(() => jest.restoreAllMocks());
    const options = { requestsInParallel: 1, recoveryWindow: 60, startAgainWhenNotFound: true };
    const sent = () => harness.sent().map(({ number }) => number);

    it('finds a start that was cut off within the recovery window, and does not send it again', async () => {
      const late: Behaviour = (_response, forward) => {
        // ProcessMaker starts it right after the first look-up.
        harness.gateway.treat = ({ method }) =>
          method === 'GET' && harness.lookUps().length === 1 ? thenDo(forward) : undefined;
        return Promise.resolve();
      };
      const run = await cancelDuring(late, options);
      expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(harness.requests().map(({ id }) => id));
      // Of a start that is found it is asked once whose token it is.
      const asked = harness.lookUps().map(({ path }) => path.replace(/[?].*/, ''));
      expect(asked).toEqual(['/api/1.0/requests', '/api/1.0/requests', '/api/1.0/users/configuration']);
      expect(sent()).toEqual(['a', 'b', 'c']);
      expect(harness.numbers()).toEqual(['a', 'b', 'c']);
    });

    it('sends a cut-off start again once the recovery window has passed', async () => {
      let now = Date.now();
      jest.spyOn(Date, 'now').mockImplementation(() => now);
      const lost: Behaviour = () => {
        harness.gateway.treat = ({ method }) => {
          if (method === 'GET') now += 40_000;
          return undefined;
        };
        return Promise.resolve();
      };
      const run = await cancelDuring(lost, options);
      expect(run.status).toBe('success');
      expect(harness.lookUps()).toHaveLength(2);
      expect(sent()).toEqual(['a', 'a', 'b', 'c']);
      expect(harness.numbers()).toEqual(['a', 'b', 'c']);
    });
  });
});
