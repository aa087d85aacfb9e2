import type { INodeParameters } from 'n8n-workflow';
import { factsOf } from '../support/failed-item';
import type { Behaviour } from '../support/gateway';
import {
  respond,
  delay,
  drip,
  resetAfter,
  resetBefore,
  thenRespond,
  thenDo,
  truncate,
} from '../support/gateway';
import type { Run } from '../support/run';
import { startByHand } from '../support/watch';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

// A start with an unknown outcome is looked up. Cases without a recovery window are in errors.test.ts.
const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const ITEMS = ['a', 'b', 'c'].map((number) => ({ number }));
const HTML = '<!DOCTYPE html><html><body>Something went wrong</body></html>';
const serverError = respond(500, { message: 'Server Error' });

afterEach(() => jest.restoreAllMocks());

const start = (options: INodeParameters = {}, input: unknown[] = ITEMS) =>
  harness.start({ ...TARGET, options }, { input, settings: ERROR_OUTPUT });

/** Treats the starts of these items in a special way, each time. */
function treat(numbers: string[], behaviour: Behaviour): void {
  harness.gateway.treat = ({ method, body }) =>
    method === 'POST' && numbers.includes((JSON.parse(body) as { number: string }).number)
      ? behaviour
      : undefined;
}

/** The calls that look for starts by their keys. */
const keyLookUps = () => harness.lookUps().filter(({ path }) => path.includes('_n8n_key'));

const LOST: Record<string, Behaviour> = {
  'the connection is lost before the answer': resetAfter,
  'the answer is cut off': truncate,
  'the answer comes after the timeout': delay(4_000),
  'the answer drips in past the timeout': drip(4_000),
  'a gateway answers 500 as HTML': thenRespond(respond(500, HTML)),
  'a gateway answers 502': thenRespond(respond(502, HTML)),
  'a gateway answers 503': thenRespond(respond(503, HTML)),
  'a gateway answers 504': thenRespond(respond(504, HTML)),
  'ProcessMaker answers 500': thenRespond(serverError),
  'something else answers 200': thenRespond(respond(200, HTML)),
  'something else answers 201': thenRespond(respond(201, { created: true })),
};

describe('a start whose response is lost', () => {
  let run: Run;
  let sent: unknown[];
  let stored: unknown[];
  // All cases share one run, since each look-up takes time.
  beforeAll(async () => {
    const input = Object.keys(LOST).map((number) => ({ number }));
    harness.gateway.treat = ({ method, body }) =>
      method === 'POST' ? LOST[(JSON.parse(body) as { number: string }).number] : undefined;
    run = await start({ timeout: 1, includeData: true, requestsInParallel: input.length }, input);
    sent = harness.sent().map(({ number }) => number);
    stored = harness.numbers();
  });

  it.each(Object.keys(LOST))('finds a start that was carried out when %s', (number) => {
    const isThis = (other: unknown) => other === number;
    expect(failedItems(run).filter(({ input }) => isThis(input.number))).toEqual([]);
    const index = Object.keys(LOST).indexOf(number);
    expect(run.items('ProcessMaker')[index]).toMatchObject({ status: 'ACTIVE', data: { number } });
    expect(sent.filter(isThis)).toHaveLength(1);
    expect(stored.filter(isThis)).toHaveLength(1);
  });
});

describe('a start that is found', () => {
  it('finds a start that becomes visible late', async () => {
    let late: (() => Promise<unknown>) | undefined;
    treat(['b'], (response, forward) => {
      late = forward;
      response.destroy();
      setTimeout(() => void late?.(), 1_500);
      return Promise.resolve();
    });
    const run = await start();
    expect(run.items('ProcessMaker')).toHaveLength(3);
    expect(harness.lookUps()).toHaveLength(2);
    expect(harness.requests()).toHaveLength(3);
  });

  it('finds a start that becomes visible while the last look-up within the window is running', async () => {
    let now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    treat(['b'], (response, forward) => {
      harness.gateway.treat = ({ method }) => {
        if (method !== 'GET' || harness.lookUps().length > 1) return undefined;
        // The look-up was sent within the window and does not see it: that does not prove that nothing was started.
        return thenDo(async () => {
          now += 100_000;
          await forward();
        });
      };
      response.destroy();
      return Promise.resolve();
    });
    const run = await start({ recoveryWindow: 60, requestsInParallel: 1 });
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(
      ITEMS.map(({ number }) => harness.requests().find(({ data }) => data.number === number)?.id),
    );
    expect(harness.lookUps()).toHaveLength(2);
    expect(harness.sent().filter(({ number }) => number === 'b')).toHaveLength(1);
    expect(harness.requests()).toHaveLength(3);
  });

  it('takes the first Request with the key when somebody started another with the same key', async () => {
    treat(['b'], async (response, forward) => {
      await forward();
      await startByHand(harness, 4, { number: 'b', _n8n_key: String(harness.sentKeys().at(-1)) }, 'limited');
      response.destroy();
    });
    const run = await start({ requestsInParallel: 1 });
    const own = harness.requests().filter(({ processId }) => processId === 2);
    expect(harness.requests().map(({ processId }) => processId)).toEqual([2, 2, 4, 2]);
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual(own.map(({ id }) => id));
    expect(harness.starts()).toHaveLength(3);
  });

  it('fails the item of a start that is found in ERROR', async () => {
    treat(['b'], async (response, forward) => {
      const { body } = await forward();
      harness.server.failRequest((JSON.parse(body) as { id: number }).id, 'The script failed');
      response.destroy();
    });
    const run = await start();
    expect(failedItems(run)).toMatchObject([{ input: { number: 'b' }, outcome: 'startedInError' }]);
    expect(failedItems(run)[0]?.text).toContain('The script failed');
  });

  it('continues the run with Stop Workflow when a lost start is found', async () => {
    treat(['b'], resetAfter);
    const run = await harness.start({ ...TARGET, options: { requestsInParallel: 1 } }, { input: ITEMS });
    expect(run.status).toBe('success');
    expect(harness.numbers()).toEqual(['a', 'b', 'c']);
  });
});

describe('a start that is not found', () => {
  it('reports starts that are not found as unknown, after a few look-ups of all in one call', async () => {
    let now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    harness.gateway.treat = ({ method }) => {
      if (method === 'POST') return resetBefore;
      now += 40_000;
      return undefined;
    };
    const run = await start({ recoveryWindow: 60 });
    expect(failedItems(run).map(factsOf)).toEqual(Array(3).fill({ outcome: 'unknown' }));
    for (const [index, { text }] of failedItems(run).entries()) {
      expect(text).toContain(`[item ${index}]`);
      const key = harness.sentKeys().find((sent) => String(sent).split('.')[2] === String(index));
      expect(text).toContain(`data._n8n_key = "${String(key)}"`);
    }
    // They were looked up after 0, 40 and 80 seconds. Only the last time, the window had passed.
    expect(harness.lookUps()).toHaveLength(3);
    for (const { path } of harness.lookUps())
      for (const key of harness.sentKeys()) expect(path).toContain(String(key));
    expect(harness.starts()).toHaveLength(3);
  });

  it('reports a start that is not found after a 500 of ProcessMaker as unknown, within seconds', async () => {
    treat(['b'], serverError);
    const run = await start();
    // After 0, 1 and 3 seconds; not for the whole window.
    expect(keyLookUps()).toHaveLength(3);
    expect(failedItems(run)).toMatchObject([{ input: { number: 'b' }, outcome: 'unknown', httpStatus: 500 }]);
    expect(harness.sent().filter(({ number }) => number === 'b')).toHaveLength(1);
    expect(harness.numbers().sort()).toEqual(['a', 'c']);
  });

  it('reports a lost start as unknown when it cannot be looked up', async () => {
    treat(['b'], resetBefore);
    const { treat: treatStart } = harness.gateway;
    harness.gateway.treat = (call) => (call.method === 'GET' ? respond(502, HTML) : treatStart(call));
    const run = await start({ recoveryWindow: 0 });
    expect(failedItems(run)).toMatchObject([{ input: { number: 'b' }, outcome: 'unknown' }]);
  });
});

describe('Start Again When Not Found', () => {
  it('starts a lost item again with Start Again When Not Found, once the recovery window has passed', async () => {
    harness.treatOnce('b', resetBefore);
    const run = await start({ startAgainWhenNotFound: true, recoveryWindow: 1 });
    expect(run.items('ProcessMaker')).toHaveLength(3);
    expect(harness.sent().filter(({ number }) => number === 'b')).toHaveLength(2);
    expect(harness.numbers().sort()).toEqual(['a', 'b', 'c']);
  });

  it('leaves a lost start unknown that is refused when it is started again', async () => {
    let starts = 0;
    harness.gateway.treat = ({ method }) => {
      if (method !== 'POST') return undefined;
      return ++starts === 1 ? resetBefore : respond(403, { message: 'This action is unauthorized.' });
    };
    const options = { startAgainWhenNotFound: true, recoveryWindow: 0 };
    const run = await harness.start({ ...TARGET, options }, { settings: ERROR_OUTPUT });
    expect(starts).toBe(2);
    expect(failedItems(run)).toMatchObject([{ httpStatus: 403, outcome: 'unknown' }]);
  });

  it('does not start an item again that is found, with Start Again When Not Found', async () => {
    treat(['b'], resetAfter);
    const run = await start({ startAgainWhenNotFound: true, recoveryWindow: 1 });
    expect(run.items('ProcessMaker')).toHaveLength(3);
    expect(harness.starts()).toHaveLength(3);
  });

  it('starts an item again once after a 500 of ProcessMaker, with Start Again When Not Found', async () => {
    treat(['b'], serverError);
    const run = await start({ startAgainWhenNotFound: true, recoveryWindow: 1 });
    expect(failedItems(run)).toMatchObject([{ input: { number: 'b' }, outcome: 'unknown' }]);
    expect(harness.sent().filter(({ number }) => number === 'b')).toHaveLength(2);
  });
});
