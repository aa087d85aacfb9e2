import type { INodeParameters } from 'n8n-workflow';
import { respond, resetBefore, thenRespond } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const busy = respond(429, { message: 'Too Many Attempts.' });
const WINDOW_OF_ITEM = { recoveryWindow: '={{ $json.window }}' };

const start = (options: INodeParameters, input: unknown[]) =>
  harness.start({ ...TARGET, options }, { input, settings: ERROR_OUTPUT });

describe('the Recovery Window of each item', () => {
  it.each(['abc', -1, 3601, '1e999', '', ' ', [], [5], false])(
    'fails only the item whose Recovery Window is %j, and does not make the others be repeated for long',
    async (window) => {
      harness.gateway.treat = ({ method }) => (method === 'POST' ? busy : undefined);
      const began = Date.now();
      const run = await start(WINDOW_OF_ITEM, [{ window }, { window: 1 }]);
      expect(Date.now() - began).toBeLessThan(5_000);
      expect(failedItems(run)).toMatchObject([
        { outcome: 'notStarted', text: expect.stringContaining("'Recovery Window'") as string },
        { outcome: 'notStarted', httpStatus: 429 },
      ]);
    },
  );

  it('repeats refused starts as long as the longest Recovery Window of the run lasts', async () => {
    const began = Date.now();
    harness.gateway.treat = ({ method }) =>
      method === 'POST' && Date.now() - began < 2_500 ? busy : undefined;
    const run = await start(WINDOW_OF_ITEM, [{ window: 0 }, { window: 'abc' }, { window: 20 }]);
    expect(run.items('ProcessMaker')).toHaveLength(2);
    expect(failedItems(run)).toHaveLength(1);
    expect(harness.requests()).toHaveLength(2);
  });

  it('looks for each lost start as long as its own Recovery Window lasts', async () => {
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetBefore : undefined);
    const run = await start(WINDOW_OF_ITEM, [{ window: 1 }, { window: 4 }]);
    expect(failedItems(run).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
    const [first = '', second = ''] = harness.sentKeys().map(String);
    const lookUps = (key: string) => harness.lookUps().filter(({ path }) => path.includes(key)).length;
    expect(lookUps(first)).toBeLessThan(lookUps(second));
  });
});

describe('a response to a start without a proper id', () => {
  it.each([0, -5, 1.5, 2 ** 53, '7', null])('is no start when the id is %s, and is looked up', async (id) => {
    harness.gateway.treat = ({ method }) =>
      method === 'POST' ? thenRespond(respond(201, { id, status: 'ACTIVE' })) : undefined;
    const run = await start({}, [{}]);
    expect(run.items('ProcessMaker').map((item) => item.id)).toEqual(harness.requests().map((one) => one.id));
    expect(harness.requests()).toHaveLength(1);
  });
});

describe('look-ups that get no response', () => {
  it('wait no longer than the option Timeout says', async () => {
    harness.gateway.treat = ({ method }) =>
      method === 'POST' ? resetBefore : () => new Promise(() => undefined);
    const began = Date.now();
    const run = await start({ timeout: 1, recoveryWindow: 0 }, [{}]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
    expect(Date.now() - began).toBeLessThan(20_000);
  }, 40_000);

  it('wait no longer than the option Timeout says for a Request whose start did not bring it along', async () => {
    harness.gateway.treat = ({ method }) =>
      method === 'GET' ? () => new Promise(() => undefined) : undefined;
    const parameters = { ...TARGET, dataMode: 'json', jsonData: '{"include":"vip"}' };
    const options = { timeout: 1, recoveryWindow: 0 };
    const began = Date.now();
    const run = await harness.start({ ...parameters, options }, { settings: ERROR_OUTPUT });
    expect(failedItems(run)).toMatchObject([{ outcome: 'started', requestId: harness.requests()[0]?.id }]);
    expect(Date.now() - began).toBeLessThan(20_000);
  }, 40_000);

  it('wait no longer than the option Timeout says before anything is sent', async () => {
    harness.gateway.treat = ({ method }) =>
      method === 'GET' ? () => new Promise(() => undefined) : undefined;
    const began = Date.now();
    const run = await start({ timeout: 1, recoveryWindow: 0, idempotencyKey: 'slow' }, [{}]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(harness.starts()).toEqual([]);
  }, 40_000);
});
